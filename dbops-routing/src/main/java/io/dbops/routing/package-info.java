/**
 * Where a unit of work runs: {@link io.dbops.routing.LagAwareRouting} sends reads to replicas that are proven fresh
 * enough, and everything else to the primary.
 */
@NullMarked
package io.dbops.routing;

import org.jspecify.annotations.NullMarked;
