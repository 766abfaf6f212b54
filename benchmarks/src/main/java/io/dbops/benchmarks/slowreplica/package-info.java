/** How long reads take while one replica is slow, on real servers. */
@NullMarked
package io.dbops.benchmarks.slowreplica;

import org.jspecify.annotations.NullMarked;
