package io.dbops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.dbops.TokenException.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

class TokenTest {

    private static Token issuedAt(Instant instant) {
        return new Token(Tokens.EXAMPLE.position(), instant);
    }

    @Test
    void instantIsCutToMilliseconds() {
        assertThat(issuedAt(Instant.ofEpochSecond(5, 123_999_999)).issuedAt()).isEqualTo(Instant.ofEpochMilli(5_123));
    }

    @Test
    void instantThatHasNoTextIsRejected() {
        for (Instant instant :
                new Instant[] {Instant.ofEpochMilli(-1), Instant.ofEpochMilli(1L << 48), Instant.MIN, Instant.MAX}) {
            assertThatThrownBy(() -> issuedAt(instant))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("issuedAt (")
                    .hasMessageContaining("1970-01-01");
        }
    }

    @Test
    void ageIsNeverNegative() {
        Token token = issuedAt(Instant.ofEpochMilli(10_000));
        assertThat(token.age(Instant.ofEpochMilli(10_250))).isEqualTo(Duration.ofMillis(250));
        assertThat(token.age(Instant.ofEpochMilli(10_000))).isZero();
        assertThat(token.age(Instant.ofEpochMilli(9_000)))
                .as("the issuer's clock is ahead")
                .isZero();
        assertThat(token.age(Instant.MIN)).isZero();
    }

    @Test
    void everyReasonIsAPhraseOfItsOwn() {
        assertThat(Arrays.stream(Reason.values()).map(Reason::phrase))
                .doesNotHaveDuplicates()
                .allMatch(phrase -> phrase.matches("(it|its|what|no) [^.]*"));
        assertThat(new TokenException(Reason.EXPIRED, "token (x): is old"))
                .hasMessage("token (x): is old")
                .extracting(TokenException::reason)
                .isEqualTo(Reason.EXPIRED);
    }
}
