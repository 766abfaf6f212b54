/**
 * The JDBC surface of routing: a connection that takes a physical one at its first statement, and thin statements.
 *
 * <p>Internal, not exported. It knows what a unit of work is and nothing of freshness: that is behind
 * {@link io.dbops.routing.jdbc.UnitRouter} and {@link io.dbops.routing.jdbc.Lease}.
 */
@NullMarked
package io.dbops.routing.jdbc;

import org.jspecify.annotations.NullMarked;
