package io.dbops;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.util.Objects.requireNonNull;

import io.dbops.TokenException.Reason;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * How a token is written into a header, a cookie, a URL or a message, and read from it.
 *
 * <p>The text has 38 characters, or 59 with a signature, all of them letters, digits, {@code -} and {@code _}. A token
 * has exactly one text in a format, and every other text is rejected. The layout is in {@code docs/tokens.md}.
 *
 * <ul>
 *   <li>{@link #plain()} is for texts that only services of one owner touch. Whoever can change such a text can forge
 *       one; a router refuses a position that is impossible, but not a false one that is possible.
 *   <li>{@link #signed} is for texts that pass through other hands, such as a browser's. A signed format never
 *       believes a text without a signature, and a plain format never ignores one.
 * </ul>
 *
 * <p>Immutable and thread-safe. Does not block. Keys appear in no message and no {@link #toString()}.
 */
public final class TokenFormat {

    /** The least number of bytes in a key: half of what HMAC-SHA-256 can make use of, and as much as a text shows. */
    private static final int LEAST_KEY = 16;

    /** Bytes of an HMAC-SHA-256 that a text carries. */
    private static final int SIGNATURE = 16;

    /** Longer than any version's text will be, so that a longer one is not even looked at. */
    private static final int LONGEST_TEXT = 256;

    private static final int CHARACTERS_SHOWN = 8;

    private static final String HMAC = "HmacSHA256";

    /** Keeps a signature that was made with the same key for another purpose from being one of a token. */
    private static final byte[] PURPOSE = "io.dbops.Token".getBytes(US_ASCII);

    private static final Base64.Encoder ENCODER = Base64.getUrlEncoder().withoutPadding();

    /** The first one signs, all verify; none in the plain format. */
    private final List<SecretKeySpec> keys;

    private TokenFormat(List<SecretKeySpec> keys) {
        this.keys = keys;
    }

    /**
     * The format without signatures.
     *
     * @return the format
     */
    public static TokenFormat plain() {
        return new TokenFormat(List.of());
    }

    /**
     * The format with signatures: HMAC-SHA-256, of which a text carries 16 bytes.
     *
     * @param key a secret shared by all processes that issue or read tokens, at least 16 random bytes; it is copied
     * @return the format
     * @throws IllegalArgumentException if the key is too short
     */
    public static TokenFormat signed(byte[] key) {
        return new TokenFormat(List.of(keyOf("key", key)));
    }

    /**
     * Reads texts that were signed with another key, too, and goes on signing with its own.
     *
     * <p>To change keys without refusing a token, take three steps, each everywhere before the next:
     * {@code signed(old).alsoAccepting(next)}, then {@code signed(next).alsoAccepting(old)}, and, when the last token
     * signed with the old key is too old to matter, {@code signed(next)}.
     *
     * @param olderKey the other key, at least 16 bytes; it is copied
     * @return the format with it
     * @throws IllegalArgumentException if the key is too short
     * @throws IllegalStateException if this is the plain format
     */
    public TokenFormat alsoAccepting(byte[] olderKey) {
        if (keys.isEmpty()) {
            throw new IllegalStateException("alsoAccepting: the plain format has no keys; begin with signed(key)");
        }
        return new TokenFormat(Stream.concat(keys.stream(), Stream.of(keyOf("olderKey", olderKey)))
                .toList());
    }

    /**
     * Writes a token.
     *
     * @param token the token
     * @return its text
     */
    public String text(Token token) {
        if (keys.isEmpty()) {
            return ENCODER.encodeToString(TokenBytes.of(token, false, 0));
        }
        byte[] bytes = TokenBytes.of(token, true, SIGNATURE);
        int length = bytes.length - SIGNATURE;
        System.arraycopy(signature(keys.get(0), bytes, length), 0, bytes, length, SIGNATURE);
        return ENCODER.encodeToString(bytes);
    }

    /**
     * Reads a token. The text may come from anywhere: whatever it is, the answer takes little time and memory.
     *
     * @param text what {@link #text} wrote, in this process or another
     * @return the token
     * @throws TokenException with {@link Reason#TAMPERED} if the signature is missing or wrong, and with
     *     {@link Reason#MALFORMED} if it is not a text that this format writes
     */
    public Token parse(String text) {
        byte[] bytes = decode(requireNonNull(text, "text"));
        if (bytes.length < 2) {
            throw malformed(text, "is cut off");
        }
        if (bytes[0] != TokenBytes.VERSION) {
            throw malformed(
                    text,
                    "is of version " + Byte.toUnsignedInt(bytes[0]) + ", and this release reads version "
                            + TokenBytes.VERSION + " only");
        }
        int kind = Byte.toUnsignedInt(bytes[1]);
        boolean isSigned = (kind & TokenBytes.SIGNED) != 0;
        if (isSigned && keys.isEmpty()) {
            throw malformed(text, "is signed, and the plain format cannot check that; use TokenFormat.signed(key)");
        }
        if (!isSigned && !keys.isEmpty()) {
            throw refused(Reason.TAMPERED, text, "is not signed, and only signed tokens are believed here");
        }
        int length = TokenBytes.length(kind);
        if (length < 0) {
            throw malformed(text, "has a kind of position that this release does not know");
        }
        if (bytes.length != (isSigned ? length + SIGNATURE : length)) {
            throw malformed(text, "has a length that no token of its kind has");
        }
        if (isSigned && !isSignedByOneOfTheKeys(bytes, length)) {
            throw refused(
                    Reason.TAMPERED,
                    text,
                    "has a wrong signature: it was changed, or signed with a key that is not accepted here");
        }
        return TokenBytes.read(bytes);
    }

    @Override
    public String toString() {
        return keys.isEmpty() ? "TokenFormat[plain]" : "TokenFormat[signed, keys accepted: " + keys.size() + "]";
    }

    private static byte[] decode(String text) {
        if (text.length() > LONGEST_TEXT) {
            throw malformed(text, "is longer than any token");
        }
        byte[] bytes;
        try {
            bytes = Base64.getUrlDecoder().decode(text);
        } catch (IllegalArgumentException e) {
            throw malformed(text, "is not base64url");
        }
        // The decoder takes padding, and any value of the bits that the last character has too many.
        if (!ENCODER.encodeToString(bytes).equals(text)) {
            throw malformed(text, "is not the one way to write these bytes");
        }
        return bytes;
    }

    /** Takes the same time wherever the first difference is, and whichever key fits. */
    private boolean isSignedByOneOfTheKeys(byte[] bytes, int length) {
        byte[] claimed = Arrays.copyOfRange(bytes, length, bytes.length);
        boolean fits = false;
        for (SecretKeySpec key : keys) {
            fits |= MessageDigest.isEqual(signature(key, bytes, length), claimed);
        }
        return fits;
    }

    private static byte[] signature(SecretKeySpec key, byte[] bytes, int length) {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(key);
            mac.update(PURPOSE);
            mac.update(bytes, 0, length);
            return Arrays.copyOf(mac.doFinal(), SIGNATURE);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("HMAC-SHA-256: is missing from this Java runtime, which must have it", e);
        }
    }

    private static SecretKeySpec keyOf(String name, byte[] key) {
        if (requireNonNull(key, name).length < LEAST_KEY) {
            throw new IllegalArgumentException(
                    name + " (" + key.length + " bytes): must have at least " + LEAST_KEY + " random bytes");
        }
        return new SecretKeySpec(key, HMAC);
    }

    private static TokenException malformed(String text, String rule) {
        return refused(Reason.MALFORMED, text, rule);
    }

    private static TokenException refused(Reason reason, String text, String rule) {
        return new TokenException(reason, "token (" + beginningOf(text) + ", length " + text.length() + "): " + rule);
    }

    /** A text may be somebody's secret that went into the wrong header, or hold line ends that forge a line of a log. */
    private static String beginningOf(String text) {
        String shown = text.length() <= CHARACTERS_SHOWN ? text : text.substring(0, CHARACTERS_SHOWN) + "...";
        return shown.replaceAll("[^A-Za-z0-9_.-]", "?");
    }
}
