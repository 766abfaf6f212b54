package io.dbops;

import java.sql.SQLTransientConnectionException;

/**
 * No node may serve the unit of work now: the replicas lack what it must see, and the primary is not known or not
 * allowed to serve.
 *
 * <p>The message names every node and how far behind it is. Its SQLSTATE is 57P03 ({@code cannot_connect_now}): trying
 * again later may succeed.
 */
public final class NoEligibleNodeException extends SQLTransientConnectionException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates one.
     *
     * @param message what was asked for, and what each node lacks
     */
    public NoEligibleNodeException(String message) {
        super(message, "57P03");
    }
}
