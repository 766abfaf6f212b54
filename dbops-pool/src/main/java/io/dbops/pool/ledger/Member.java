package io.dbops.pool.ledger;

import org.jspecify.annotations.Nullable;

/**
 * An instance, as the ledger shows it to the others.
 *
 * @param seat its seat, from 0
 * @param pid the server's process that holds the seat: the instance's guard
 * @param claim what it tells of itself, or {@code null} while it has only just sat down
 */
record Member(int seat, long pid, @Nullable Claim claim) {}
