package io.dbops.routing;

import io.dbops.dialect.Position;
import org.jspecify.annotations.Nullable;

/**
 * The end of an epoch in which commits may have been lost, and what is known to have been kept.
 *
 * @param ended the number of the epoch that ended
 * @param keptBefore commits that its primary acknowledged before this instant were kept; 0 if nothing is known
 * @param kept the position on the old lineage that the new primary was seen to have reached, if any
 * @param last the old primary's last known position
 */
record Failover(
        long ended,
        long keptBefore,
        @Nullable Position kept,
        @Nullable Position last) {}
