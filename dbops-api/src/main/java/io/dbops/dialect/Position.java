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

    /**
     * Whether both are of one cluster, whatever their lineages.
     *
     * @param other the position to compare with
     * @return {@code false} if no server can ever be at both
     */
    boolean isOfClusterOf(Position other);

    /**
     * Whether this lies later in the log than the other, by its number alone: what a later lineage that begins before
     * the other certainly does not hold.
     *
     * @param other a position of the same cluster, of any lineage
     * @return {@code true} if it does
     */
    boolean isBeyond(Position other);

    /**
     * Whether a primary that is here may follow on one that was there: it is of a later lineage, which by its name
     * descends from the other's. That it holds what the other had is to be proven by other means.
     *
     * @param old the last known position of the primary before
     * @return {@code true} if this is a later lineage of the same cluster
     */
    boolean mayFollowOn(Position old);
}
