package io.dbops;

import org.jspecify.annotations.Nullable;

/**
 * A configuration that a server has proved wrong: refused credentials, foreign servers, sizes that do not fit.
 *
 * <p>The message has the form <em>name (value): rule; remedy</em>.
 */
public final class DbOpsException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    /**
     * Creates one.
     *
     * @param message name, value, rule and remedy
     */
    public DbOpsException(String message) {
        super(message);
    }

    /**
     * Creates one with what the server said.
     *
     * @param message name, value, rule and remedy
     * @param cause what the server said
     */
    public DbOpsException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
