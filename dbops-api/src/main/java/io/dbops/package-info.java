/**
 * The facade of dbops, the values it speaks in, and the contracts its features fulfil.
 *
 * <p>An application starts at {@link io.dbops.DbOps}. A feature module implements {@link io.dbops.Pools} or
 * {@link io.dbops.Routing} and is handed to the builder as an argument; nothing is discovered.
 */
@NullMarked
package io.dbops;

import org.jspecify.annotations.NullMarked;
