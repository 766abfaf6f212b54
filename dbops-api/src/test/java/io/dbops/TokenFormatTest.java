package io.dbops;

import static io.dbops.Tokens.EXAMPLE;
import static io.dbops.Tokens.KEY;
import static io.dbops.Tokens.OTHER_KEY;
import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.InstanceOfAssertFactories.throwable;

import io.dbops.TokenException.Reason;
import java.util.Arrays;
import java.util.Base64;
import java.util.Random;
import org.assertj.core.api.AbstractThrowableAssert;
import org.junit.jupiter.api.Test;

/** What a format writes and reads. What it makes of hostile texts is in {@link HostileTokenTest}. */
class TokenFormatTest {

    private static final TokenFormat PLAIN = TokenFormat.plain();
    private static final TokenFormat SIGNED = TokenFormat.signed(KEY);

    /** Computed with another program. They may not change: other processes, and other releases, have such texts. */
    private static final String PLAIN_TEXT = "AQFrHT9anC5PgQAAAAMAAAAqAAAA_wGbdtqoew";

    private static final String SIGNED_TEXT = "AYFrHT9anC5PgQAAAAMAAAAqAAAA_wGbdtqoe3kbCo1D8VQycpcbZwwpyQY";

    private static AbstractThrowableAssert<?, TokenException> assertRefused(TokenFormat format, String text) {
        return assertThatThrownBy(() -> format.parse(text)).asInstanceOf(throwable(TokenException.class));
    }

    private static void assertRefused(TokenFormat format, String text, Reason reason, String part) {
        assertRefused(format, text)
                .hasMessageContaining(part)
                .extracting(TokenException::reason)
                .isEqualTo(reason);
    }

    @Test
    void textIsTheOneOfVersionOne() {
        assertThat(PLAIN.text(EXAMPLE)).isEqualTo(PLAIN_TEXT);
        assertThat(SIGNED.text(EXAMPLE)).isEqualTo(SIGNED_TEXT);
        assertThat(PLAIN.parse(PLAIN_TEXT)).isEqualTo(EXAMPLE);
        assertThat(SIGNED.parse(SIGNED_TEXT)).isEqualTo(EXAMPLE);
    }

    @Test
    void everyTokenComesBackFromItsText() {
        Random random = Tokens.random("everyTokenComesBackFromItsText");
        for (int i = 0; i < 20_000; i++) {
            Token token = Tokens.any(random);
            String plain = PLAIN.text(token);
            assertThat(PLAIN.parse(plain)).isEqualTo(token);
            assertThat(plain).matches("[A-Za-z0-9_-]{38}");
            String signed = SIGNED.text(token);
            assertThat(SIGNED.parse(signed)).isEqualTo(token);
            assertThat(signed).matches("[A-Za-z0-9_-]{59}");
        }
    }

    @Test
    void unsignedTextIsNeverBelievedByASignedFormat() {
        assertRefused(SIGNED, PLAIN_TEXT, Reason.TAMPERED, "is not signed");
        assertRefused(SIGNED.alsoAccepting(OTHER_KEY), PLAIN_TEXT, Reason.TAMPERED, "is not signed");
        // As long as a signed one, but without the flag.
        byte[] bytes = Base64.getUrlDecoder().decode(SIGNED_TEXT);
        bytes[1] &= 0x7F;
        assertRefused(SIGNED, encode(bytes), Reason.TAMPERED, "is not signed");
    }

    @Test
    void signedTextIsNotReadByThePlainFormat() {
        assertRefused(PLAIN, SIGNED_TEXT, Reason.MALFORMED, "use TokenFormat.signed(key)");
    }

    @Test
    void anotherKeyIsNotAccepted() {
        assertRefused(TokenFormat.signed(OTHER_KEY), SIGNED_TEXT, Reason.TAMPERED, "wrong signature");
    }

    @Test
    void keysChangeInThreeStepsWithoutARefusal() {
        TokenFormat before = TokenFormat.signed(KEY);
        TokenFormat first = TokenFormat.signed(KEY).alsoAccepting(OTHER_KEY);
        TokenFormat second = TokenFormat.signed(OTHER_KEY).alsoAccepting(KEY);
        TokenFormat third = TokenFormat.signed(OTHER_KEY);
        TokenFormat[] steps = {before, first, second, third};
        for (int i = 0; i < steps.length - 1; i++) {
            assertThat(steps[i].parse(steps[i + 1].text(EXAMPLE))).isEqualTo(EXAMPLE);
            assertThat(steps[i + 1].parse(steps[i].text(EXAMPLE))).isEqualTo(EXAMPLE);
        }
        assertRefused(before, second.text(EXAMPLE), Reason.TAMPERED, "wrong signature");
        assertRefused(third, first.text(EXAMPLE), Reason.TAMPERED, "wrong signature");
    }

    @Test
    void signsWithItsOwnKeyOnly() {
        assertThat(SIGNED.alsoAccepting(OTHER_KEY).text(EXAMPLE)).isEqualTo(SIGNED_TEXT);
    }

    @Test
    void keyIsCopied() {
        byte[] key = KEY.clone();
        TokenFormat format = TokenFormat.signed(key);
        Arrays.fill(key, (byte) 0);
        assertThat(format.text(EXAMPLE)).isEqualTo(SIGNED_TEXT);
    }

    @Test
    void shortKeyIsRejected() {
        assertThatThrownBy(() -> TokenFormat.signed(new byte[15]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("key (15 bytes): must have at least 16 random bytes");
        assertThatThrownBy(() -> SIGNED.alsoAccepting(new byte[0]))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("olderKey (0 bytes): must have at least 16 random bytes");
    }

    @Test
    void plainFormatHasNoKeyToChange() {
        assertThatThrownBy(() -> PLAIN.alsoAccepting(KEY))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("begin with signed(key)");
    }

    @Test
    void keysAreNotShown() {
        String key = new String(KEY, US_ASCII);
        assertThat(SIGNED.alsoAccepting(OTHER_KEY))
                .asString()
                .isEqualTo("TokenFormat[signed, keys accepted: 2]")
                .doesNotContain(key);
        assertThat(PLAIN).hasToString("TokenFormat[plain]");
        assertRefused(TokenFormat.signed(OTHER_KEY), SIGNED_TEXT).hasMessageNotContaining(key);
    }

    @Test
    void messageShowsTheBeginningOfATextOnlyAndNoLineEnds() {
        assertRefused(SIGNED, PLAIN_TEXT)
                .hasMessageStartingWith("token (AQFrHT9a..., length 38): ")
                .hasMessageNotContaining(PLAIN_TEXT.substring(8, 12));
        assertRefused(SIGNED, "a\r\nERROR b").hasMessageStartingWith("token (a??ERROR..., length 10): ");
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }
}
