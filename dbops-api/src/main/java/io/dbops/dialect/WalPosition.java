package io.dbops.dialect;

import java.util.Locale;

/**
 * A position in PostgreSQL's write-ahead log.
 *
 * @param systemId the cluster's {@code system_identifier}
 * @param timeline the timeline, which changes at each promotion
 * @param lsn the log sequence number: bytes since the log began
 */
public record WalPosition(long systemId, int timeline, long lsn) implements Position {

    /** Bytes of the short header at the start of a WAL page ({@code SizeOfXLogShortPHD}). */
    private static final int PAGE_HEADER = 24;

    /** Bytes of the long header at the start of a WAL segment ({@code SizeOfXLogLongPHD}). */
    private static final int SEGMENT_HEADER = 40;

    /**
     * The position that a replica must have replayed to have all that was inserted before an insert position.
     *
     * <p>After a WAL switch or an exactly filled page, {@code pg_current_wal_insert_lsn()} points behind the header of
     * a page that holds nothing else yet. Nothing is streamed of such a page, so a replica stands at the page's start
     * for as long as the primary is idle.
     *
     * @param systemId the cluster's {@code system_identifier}
     * @param timeline the primary's timeline
     * @param insertLsn what {@code pg_current_wal_insert_lsn()} said
     * @param blockSize {@code wal_block_size} in bytes
     * @param segmentSize {@code wal_segment_size} in bytes
     * @return the position without the header of an empty page
     */
    public static WalPosition ofInsert(long systemId, int timeline, long insertLsn, int blockSize, long segmentSize) {
        long lsn = insertLsn;
        if (Long.remainderUnsigned(insertLsn, segmentSize) == SEGMENT_HEADER) {
            lsn -= SEGMENT_HEADER;
        } else if (Long.remainderUnsigned(insertLsn, blockSize) == PAGE_HEADER) {
            lsn -= PAGE_HEADER;
        }
        return new WalPosition(systemId, timeline, lsn);
    }

    @Override
    public boolean covers(Position other) {
        return other instanceof WalPosition that
                && systemId == that.systemId
                && timeline == that.timeline
                && Long.compareUnsigned(lsn, that.lsn) >= 0;
    }

    @Override
    public boolean isOfClusterOf(Position other) {
        return other instanceof WalPosition that && systemId == that.systemId;
    }

    @Override
    public boolean isBeyond(Position other) {
        return other instanceof WalPosition that && Long.compareUnsigned(lsn, that.lsn) > 0;
    }

    /** {@inheritDoc} Timelines are numbered upwards, and each but the first descends from one before it. */
    @Override
    public boolean mayFollowOn(Position old) {
        return old instanceof WalPosition that && systemId == that.systemId && timeline > that.timeline;
    }

    /**
     * The position as PostgreSQL writes it, with its timeline in front.
     *
     * @return for example {@code 1:0/3000148}
     */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "%d:%X/%X", timeline, lsn >>> 32, lsn & 0xFFFF_FFFFL);
    }
}
