package io.dbops.dialect;

/**
 * A place in a server's log of changes: how much of the log a server has written, or replayed.
 *
 * <p>Positions of one lineage are ordered by {@link #covers}. Positions of different lineages (another cluster,
 * another timeline) never cover each other, whatever their numbers.
 */
public sealed interface Position permits WalPosition {

    /**
     * Whether a server that is here has everything a server there had.
     *
     * @param other the position to compare with
     * @return {@code true} if this position is the same as, or later than, the other, in the same lineage
     */
    boolean covers(Position other);
}
