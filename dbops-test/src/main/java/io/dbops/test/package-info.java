/**
 * Fixtures for tests that need a real replicated database and real faults.
 *
 * <p>{@link io.dbops.test.EmbeddedCluster} runs a PostgreSQL primary with streaming standbys as child processes of the
 * JVM, {@link io.dbops.test.FaultProxy} stands in front of any TCP server and spoils its network, and
 * {@link io.dbops.test.DbOpsCluster} gives a JUnit 5 test class a cluster of its own.
 */
@NullMarked
package io.dbops.test;

import org.jspecify.annotations.NullMarked;
