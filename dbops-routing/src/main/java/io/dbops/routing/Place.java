package io.dbops.routing;

import io.dbops.dialect.Position;
import java.util.List;

/** Where a position that comes from elsewhere lies, as far as the samples of the epoch tell. */
sealed interface Place {

    /** Whoever has all commits before this instant has it. */
    record At(long instant, long epoch, boolean mayBeLost) implements Place {}

    /** No sample has reached it; the newest was asked for at this instant. */
    record Ahead(long newestAskedAt) implements Place {}

    /** It is of a timeline that no node was seen on. */
    record Newer() implements Place {}

    /** There is no sample. */
    record Unknown() implements Place {}

    /** It is where no node of the cluster can ever get. */
    record Lost() implements Place {}

    /** It is of another cluster. */
    record Foreign() implements Place {}

    /**
     * Places a position.
     *
     * @param position the position
     * @param epoch the present epoch, whose samples nobody changes meanwhile
     * @param failovers the ends of epochs before it in which commits may have been lost
     */
    static Place of(Position position, Epoch epoch, List<Failover> failovers) {
        SampleRing samples = epoch.samples();
        Sample oldest = samples.oldestSample();
        Sample newest = samples.newestSample();
        if (oldest == null || newest == null) {
            return new Unknown();
        }
        if (!position.isOfClusterOf(newest.position())) {
            return new Foreign();
        }
        if (position.mayFollowOn(newest.position())) {
            return new Newer();
        }
        if (newest.position().mayFollowOn(position)) {
            return beforeFailover(position, epoch, oldest, failovers);
        }
        long instant = samples.oldestCovering(position);
        return instant < 0 ? new Ahead(newest.askedAt()) : new At(instant, epoch.number(), false);
    }

    private static Place beforeFailover(Position position, Epoch epoch, Sample first, List<Failover> failovers) {
        if (position.isBeyond(first.position())) {
            return new Lost();
        }
        boolean isKept = false;
        for (Failover failover : failovers) {
            Position kept = failover.kept();
            isKept |= kept != null && kept.covers(position);
        }
        return new At(first.askedAt(), epoch.number(), !isKept);
    }
}
