package io.dbops.test;

import org.jspecify.annotations.Nullable;

/**
 * Says that an embedded cluster could not do what a test asked of it, with the end of the server's log where one
 * exists.
 */
public final class ClusterException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    ClusterException(String message) {
        super(message);
    }

    ClusterException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
