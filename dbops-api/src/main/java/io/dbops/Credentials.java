package io.dbops;

import static java.util.Objects.requireNonNull;

/**
 * A user and its password.
 *
 * @param user the database role
 * @param password its password; appears in no log, message or {@link #toString()}
 */
public record Credentials(String user, String password) {

    /** Checks the components. */
    public Credentials {
        requireNonNull(user, "user");
        requireNonNull(password, "password");
    }

    /**
     * Credentials of a user and a password.
     *
     * @param user the database role
     * @param password its password
     * @return the credentials
     */
    public static Credentials of(String user, String password) {
        return new Credentials(user, password);
    }

    @Override
    public String toString() {
        return "Credentials[user=" + user + "]";
    }
}
