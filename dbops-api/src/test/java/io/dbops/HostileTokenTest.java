package io.dbops;

import static io.dbops.Tokens.EXAMPLE;
import static io.dbops.Tokens.KEY;
import static io.dbops.Tokens.OTHER_KEY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import io.dbops.TokenException.Reason;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.EnumMap;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Test;

/** Texts that nobody wrote: changed, cut, invented. */
class HostileTokenTest {

    private static final String ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

    /** Beside the alphabet: what a decoder may let pass, or take for something else. */
    private static final String STRANGE = "=+/ .,%\"\\\0\t\r\n~\u0100\u0141\u2028\ud800";

    private static final TokenFormat PLAIN = TokenFormat.plain();
    private static final TokenFormat SIGNED = TokenFormat.signed(KEY);

    private static Reason reasonOf(TokenFormat format, String text) {
        try {
            Token token = format.parse(text);
            throw new AssertionError(format + " believes " + text + " as " + token);
        } catch (TokenException e) {
            return e.reason();
        }
    }

    private static String encode(byte[] bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
    }

    private static byte[] decode(String text) {
        return Base64.getUrlDecoder().decode(text);
    }

    @Test
    void everyFlippedBitOfASignedTextIsRefused() {
        Random random = Tokens.random("everyFlippedBitOfASignedTextIsRefused");
        for (int i = 0; i < 20; i++) {
            for (TokenFormat format : new TokenFormat[] {SIGNED, SIGNED.alsoAccepting(OTHER_KEY)}) {
                byte[] bytes = decode(format.text(Tokens.any(random)));
                for (int bit = 0; bit < bytes.length * 8; bit++) {
                    byte[] changed = bytes.clone();
                    changed[bit / 8] ^= (byte) (1 << bit % 8);
                    Reason reason = reasonOf(format, encode(changed));
                    if (bit >= 16) {
                        assertThat(reason).as("bit %d", bit).isEqualTo(Reason.TAMPERED);
                    }
                }
            }
        }
    }

    @Test
    void everyChangedCharacterOfASignedTextIsRefused() {
        String text = SIGNED.text(EXAMPLE);
        for (int i = 0; i < text.length(); i++) {
            for (char other : (ALPHABET + STRANGE).toCharArray()) {
                if (other != text.charAt(i)) {
                    reasonOf(SIGNED, text.substring(0, i) + other + text.substring(i + 1));
                }
            }
        }
    }

    @Test
    void everyInsertedOrLostCharacterIsRefused() {
        for (TokenFormat format : new TokenFormat[] {SIGNED, PLAIN}) {
            String text = format.text(EXAMPLE);
            for (int i = 0; i <= text.length(); i++) {
                for (char other : (ALPHABET + STRANGE).toCharArray()) {
                    reasonOf(format, text.substring(0, i) + other + text.substring(i));
                }
                if (i < text.length()) {
                    reasonOf(format, text.substring(0, i) + text.substring(i + 1));
                }
            }
        }
    }

    @Test
    void everyPartOfATextIsRefused() {
        for (TokenFormat format : new TokenFormat[] {SIGNED, PLAIN}) {
            String text = format.text(EXAMPLE);
            byte[] bytes = decode(text);
            for (int length = 0; length < text.length(); length++) {
                assertThat(reasonOf(format, text.substring(0, length)))
                        .as("first %d", length)
                        .isEqualTo(Reason.MALFORMED);
                reasonOf(format, text.substring(text.length() - length));
            }
            for (int length = 0; length < bytes.length; length++) {
                assertThat(reasonOf(format, encode(Arrays.copyOf(bytes, length))))
                        .as("first %d bytes", length)
                        .isEqualTo(Reason.MALFORMED);
            }
            assertThat(reasonOf(format, text + text)).isEqualTo(Reason.MALFORMED);
            assertThat(reasonOf(format, encode(Arrays.copyOf(bytes, bytes.length + 1))))
                    .isEqualTo(Reason.MALFORMED);
        }
    }

    /** Plain texts can be forged: what is not refused is another token, and this is its only text. */
    @Test
    void everyChangedPlainTextIsRefusedOrTheTextOfAnotherToken() {
        String text = PLAIN.text(EXAMPLE);
        int believed = 0;
        for (int i = 0; i < text.length(); i++) {
            for (char other : (ALPHABET + STRANGE).toCharArray()) {
                if (other == text.charAt(i)) {
                    continue;
                }
                String changed = text.substring(0, i) + other + text.substring(i + 1);
                try {
                    Token token = PLAIN.parse(changed);
                    assertThat(token).isNotEqualTo(EXAMPLE);
                    assertThat(PLAIN.text(token)).isEqualTo(changed);
                    believed++;
                } catch (TokenException e) {
                    assertThat(e.reason()).isEqualTo(Reason.MALFORMED);
                }
            }
        }
        // 16 bits of 228 are version and kind, the last 4 are spare; in between each of 63 others is another token.
        assertThat(believed).isBetween(34 * 63, 36 * 63);
    }

    @Test
    void spareBitsOfTheLastCharacterAreZero() {
        String text = PLAIN.text(EXAMPLE);
        char last = text.charAt(text.length() - 1);
        for (int spare = 1; spare < 16; spare++) {
            String changed = text.substring(0, text.length() - 1) + ALPHABET.charAt(ALPHABET.indexOf(last) + spare);
            assertThat(decode(changed)).as("the same bytes").isEqualTo(decode(text));
            assertThatThrownBy(() -> PLAIN.parse(changed)).hasMessageContaining("the one way to write");
        }
        assertThatThrownBy(() -> PLAIN.parse(text + "==")).hasMessageContaining("the one way to write");
    }

    @Test
    void otherVersionsAreNamed() {
        for (TokenFormat format : new TokenFormat[] {SIGNED, PLAIN}) {
            byte[] bytes = decode(format.text(EXAMPLE));
            for (int version = 0; version < 256; version++) {
                bytes[0] = (byte) version;
                if (version != 1) {
                    String text = encode(bytes);
                    assertThat(reasonOf(format, text)).isEqualTo(Reason.MALFORMED);
                    assertThatThrownBy(() -> format.parse(text))
                            .hasMessageContaining("is of version " + version + ", and this release reads version 1");
                }
            }
        }
    }

    @Test
    void otherKindsAreRefused() {
        byte[] plain = decode(PLAIN.text(EXAMPLE));
        byte[] signed = decode(SIGNED.text(EXAMPLE));
        for (int kind = 0; kind < 128; kind++) {
            if (kind != 1) {
                plain[1] = (byte) kind;
                signed[1] = (byte) (kind | 0x80);
                assertThat(reasonOf(PLAIN, encode(plain))).isEqualTo(Reason.MALFORMED);
                assertThat(reasonOf(SIGNED, encode(signed))).isEqualTo(Reason.MALFORMED);
            }
        }
    }

    @Test
    void garbageIsRefusedInLittleTime() {
        Random random = Tokens.random("garbageIsRefusedInLittleTime");
        Map<Reason, Integer> refused = new EnumMap<>(Reason.class);
        Assertions.assertTimeout(Duration.ofSeconds(60), () -> {
            for (int i = 0; i < 100_000; i++) {
                String text = garbage(random);
                refused.merge(reasonOf(SIGNED, text), 1, Integer::sum);
                try {
                    assertThat(PLAIN.text(PLAIN.parse(text))).isEqualTo(text);
                } catch (TokenException e) {
                    assertThat(e.reason()).isEqualTo(Reason.MALFORMED);
                }
            }
        });
        assertThat(refused.keySet()).containsExactlyInAnyOrder(Reason.MALFORMED, Reason.TAMPERED);
    }

    /** Any characters; characters of texts; or bytes that begin as a token does and are as long as one. */
    private static String garbage(Random random) {
        int form = random.nextInt(4);
        if (form >= 2) {
            byte[] bytes = new byte[form == 2 ? random.nextInt(64) : random.nextBoolean() ? 28 : 44];
            random.nextBytes(bytes);
            byte[] beginning = {1, (byte) (random.nextBoolean() ? 1 : 0x81)};
            System.arraycopy(beginning, 0, bytes, 0, Math.min(2, bytes.length));
            return encode(bytes);
        }
        int length = random.nextInt(300);
        var text = new StringBuilder(length);
        for (int i = 0; i < length; i++) {
            text.append(
                    form == 0 ? (char) random.nextInt(0x10000) : ALPHABET.charAt(random.nextInt(ALPHABET.length())));
        }
        return text.toString();
    }

    @Test
    void nothingIsNoToken() {
        assertThat(reasonOf(PLAIN, "")).isEqualTo(Reason.MALFORMED);
        assertThat(reasonOf(SIGNED, "")).isEqualTo(Reason.MALFORMED);
        assertThatThrownBy(() -> PLAIN.parse(null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("text");
    }

    @Test
    void aHugeTextCostsNoMemory() {
        var threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        String huge = SIGNED.text(EXAMPLE).repeat(20_000);
        String strange = "\n".repeat(1 << 20);
        long allocated = 0;
        for (int run = 0; run < 2; run++) { // the first one loads what a refusal needs
            long before = threads.getCurrentThreadAllocatedBytes();
            for (String text : new String[] {huge, strange}) {
                assertThat(reasonOf(SIGNED, text)).isEqualTo(Reason.MALFORMED);
                assertThat(reasonOf(PLAIN, text)).isEqualTo(Reason.MALFORMED);
            }
            allocated = threads.getCurrentThreadAllocatedBytes() - before;
        }
        assertThat(allocated)
                .as("bytes allocated for texts of %d", huge.length())
                .isLessThan(100_000);
    }
}
