package io.dbops;

import static java.util.Objects.requireNonNull;

import io.dbops.dialect.Position;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/**
 * A proof of what a session has written that can leave the process: a position in the log of the primary.
 *
 * <p>A node that is at or past the position has everything the session had written when the token was issued, and may
 * have more. A node that is not may still have it: the position can lie after the session's last write. A token proves
 * nothing about later writes, and it outlives neither the loss of the write in a failover nor the cluster.
 *
 * <p>A token grants nothing: who holds one may read no more than before. It is no secret between the services of one
 * application. Who else sees it learns the cluster's identifier, how often it was promoted, and, from two tokens, how
 * much was written between them; {@link TokenFormat signing} keeps it from being changed, not from being read. Give it
 * to clients only where they may know that.
 *
 * <p>Immutable and thread-safe.
 *
 * @param position the position, not before any write of the session that was acknowledged when the token was issued
 * @param issuedAt when it was issued, by the clock of the machine that did, cut to milliseconds; from 1970 on. It tells
 *     a token's age and is never compared with a position
 */
public record Token(Position position, Instant issuedAt) {

    private static final Instant LATEST = Instant.ofEpochMilli((1L << 48) - 1);

    /** Checks the components and cuts the instant to milliseconds. */
    public Token {
        requireNonNull(position, "position");
        issuedAt = requireNonNull(issuedAt, "issuedAt").truncatedTo(ChronoUnit.MILLIS);
        if (issuedAt.isBefore(Instant.EPOCH) || issuedAt.isAfter(LATEST)) {
            throw new IllegalArgumentException(
                    "issuedAt (" + issuedAt + "): must be from " + Instant.EPOCH + " to " + LATEST);
        }
    }

    /**
     * How long ago it was issued. As good as the two machines' clocks agree.
     *
     * @param now the time here
     * @return the age; zero if the issuer's clock is ahead, never negative
     */
    public Duration age(Instant now) {
        Duration age = Duration.between(issuedAt, now);
        return age.isNegative() ? Duration.ZERO : age;
    }
}
