/**
 * The ledger of a fleet: which connections the instances of an application, and of all others that share their server,
 * may open. Not exported.
 */
@NullMarked
package io.dbops.pool.ledger;

import org.jspecify.annotations.NullMarked;
