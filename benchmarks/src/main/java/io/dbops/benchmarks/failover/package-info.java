/** How long writes fail when a primary dies and a replica is promoted, on real servers. */
@NullMarked
package io.dbops.benchmarks.failover;

import org.jspecify.annotations.NullMarked;
