package io.dbops.tx;

import java.sql.Connection;

/** How far a transaction is kept from others, as SQL names it. */
public enum Isolation {

    /** Each statement sees what was committed before it. */
    READ_COMMITTED(Connection.TRANSACTION_READ_COMMITTED),

    /** All statements see what was committed before the first. */
    REPEATABLE_READ(Connection.TRANSACTION_REPEATABLE_READ),

    /** As if transactions ran one after another; those that cannot are refused, and are to be run again. */
    SERIALIZABLE(Connection.TRANSACTION_SERIALIZABLE);

    private final int level;

    Isolation(int level) {
        this.level = level;
    }

    /** The level as JDBC numbers it. */
    int level() {
        return level;
    }
}
