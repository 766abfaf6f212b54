package io.dbops;

import io.dbops.dialect.WalPosition;
import java.nio.ByteBuffer;
import java.time.Instant;

/**
 * The bytes of a token, without its signature. The layout is a promise to other processes: see {@code docs/tokens.md}.
 *
 * <p>Every field has a fixed width and every value of it a meaning, so a token has one form and each form is a token.
 */
final class TokenBytes {

    static final int VERSION = 1;

    /** The flag, beside the kind of position, of a token that a signature follows. */
    static final int SIGNED = 0x80;

    /** The kind of position: PostgreSQL's. */
    private static final int WAL = 1;

    private static final int WAL_LENGTH = 28;

    private TokenBytes() {}

    /** {@return the bytes of a token, and room behind them} */
    static byte[] of(Token token, boolean signed, int room) {
        if (token.position() instanceof WalPosition wal) {
            long millis = token.issuedAt().toEpochMilli();
            return ByteBuffer.allocate(WAL_LENGTH + room)
                    .put((byte) VERSION)
                    .put((byte) (signed ? WAL | SIGNED : WAL))
                    .putLong(wal.systemId())
                    .putInt(wal.timeline())
                    .putLong(wal.lsn())
                    .putShort((short) (millis >>> 32))
                    .putInt((int) millis)
                    .array();
        }
        throw new IllegalArgumentException("position (" + token.position() + "): has no text form");
    }

    /** {@return how many bytes a token of this kind has, or -1 if there is no such kind} */
    static int length(int kindAndFlag) {
        return (kindAndFlag & ~SIGNED) == WAL ? WAL_LENGTH : -1;
    }

    /** {@return the token of bytes whose version, kind and length have been checked} */
    static Token read(byte[] bytes) {
        ByteBuffer fields = ByteBuffer.wrap(bytes, 2, WAL_LENGTH - 2);
        var position = new WalPosition(fields.getLong(), fields.getInt(), fields.getLong());
        long millis = Short.toUnsignedLong(fields.getShort()) << 32 | Integer.toUnsignedLong(fields.getInt());
        return new Token(position, Instant.ofEpochMilli(millis));
    }
}
