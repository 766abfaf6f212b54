package io.dbops.pool.ledger;

/** The pool whose size a ledger decides. Thread-safe; no method blocks. */
public interface FleetPool {

    /**
     * How many connections are in use or waited for now.
     *
     * @return the number
     */
    int needed();

    /**
     * Sets how many connections the pool may hold. What it holds beyond is given up one by one, none while it is in use.
     *
     * @param connections at least the floor
     */
    void resize(int connections);
}
