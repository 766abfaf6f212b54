/** HikariCP pools that fit the server: {@link io.dbops.pool.FittedPools} for a known number of instances. */
@NullMarked
package io.dbops.pool;

import org.jspecify.annotations.NullMarked;
