package io.dbops;

import static java.util.Objects.requireNonNull;

/**
 * A token that is not believed, or that cannot be honoured.
 *
 * <p>{@link TokenFormat} throws it for what a text shows by itself: {@link Reason#MALFORMED} and
 * {@link Reason#TAMPERED}. The router throws it for what only the cluster shows. A token usually comes from outside, so
 * this is an answer to expect: drop the token, or tell the client.
 */
public final class TokenException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final Reason reason;

    /**
     * Creates one.
     *
     * @param reason what is wrong with the token
     * @param message name, value, rule and remedy; no more of the token than its first few characters
     */
    public TokenException(Reason reason, String message) {
        super(message);
        this.reason = requireNonNull(reason, "reason");
    }

    /**
     * What is wrong with the token.
     *
     * @return the reason
     */
    public Reason reason() {
        return reason;
    }

    /** What is wrong with a token. */
    public enum Reason {

        /** The text is no token: cut, damaged, of an unknown version, or of a kind this process does not read. */
        MALFORMED("it is not the text of a token that is read here"),

        /** The signature is missing or wrong: the text was changed, invented, or signed with a key not accepted here. */
        TAMPERED("its signature is missing or wrong"),

        /** The token is older than what is accepted. */
        EXPIRED("it was issued too long ago"),

        /** The position is in the log of another cluster. */
        OTHER_CLUSTER("it is of another cluster"),

        /** The position is beyond everything the primary has written: no server ever gave it out. */
        IMPOSSIBLE("it is beyond what the primary has written"),

        /**
         * The position is on a part of an older timeline that the cluster gave up: a failover lost a write that had
         * been acknowledged. No node will ever have it.
         */
        WRITE_LOST("what it stands for was lost in a failover"),

        /**
         * The position is on a timeline, or at a place, that this process has not seen a server at in time. Trying
         * again later may succeed.
         */
        NOT_REACHED("no server was seen to have what it stands for in time");

        private final String phrase;

        Reason(String phrase) {
            this.phrase = phrase;
        }

        /**
         * The reason as a part of a sentence.
         *
         * @return for example "it is of another cluster"
         */
        public String phrase() {
            return phrase;
        }
    }
}
