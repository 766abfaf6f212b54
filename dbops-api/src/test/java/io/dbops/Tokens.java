package io.dbops;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.dbops.dialect.WalPosition;
import java.time.Instant;
import java.util.Random;

/** Tokens for tests. */
final class Tokens {

    /** Every byte of every field is another one, so that no two can be mixed up. */
    static final Token EXAMPLE = new Token(
            new WalPosition(0x6b1d_3f5a_9c2e_4f81L, 3, 0x2A_0000_00FFL), Instant.ofEpochMilli(1_767_225_600_123L));

    static final byte[] KEY = "0123456789abcdef".getBytes(US_ASCII);

    static final byte[] OTHER_KEY = "another key of 24 bytes!".getBytes(US_ASCII);

    private Tokens() {}

    /** {@return a source of random draws, whose seed is printed; {@code -Ddbops.seed=} repeats an earlier run} */
    static Random random(String test) {
        long seed = Long.getLong("dbops.seed", System.nanoTime());
        System.out.println(test + ": seed " + seed);
        return new Random(seed);
    }

    /** {@return any token, one in four with extreme fields} */
    static Token any(Random random) {
        long millis = random.nextLong() & 0xFFFF_FFFF_FFFFL;
        if (random.nextInt(4) > 0) {
            return new Token(
                    new WalPosition(random.nextLong(), random.nextInt(), random.nextLong()),
                    Instant.ofEpochMilli(millis));
        }
        long[] longs = {0, 1, -1, Long.MIN_VALUE, Long.MAX_VALUE, 0xFFFF_FFFFL, 1L << 32};
        int[] ints = {0, 1, -1, Integer.MIN_VALUE, Integer.MAX_VALUE};
        long[] instants = {0, 1, 0xFFFF_FFFF_FFFFL, 0x8000_0000_0000L, 0x8000_0000L, 0xFFFF_FFFFL};
        return new Token(
                new WalPosition(
                        longs[random.nextInt(longs.length)],
                        ints[random.nextInt(ints.length)],
                        longs[random.nextInt(longs.length)]),
                Instant.ofEpochMilli(instants[random.nextInt(instants.length)]));
    }
}
