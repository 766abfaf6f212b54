package io.dbops.test;

/**
 * What a {@link FaultProxy} does to bytes at the moment.
 *
 * @param mode which directions are open
 * @param delayNanos by how much bytes are late
 * @param bytesPerSecond the speed of each direction, {@link Long#MAX_VALUE} when not limited
 */
record Network(Mode mode, long delayNanos, long bytesPerSecond) {
    static final Network HEALTHY = new Network(Mode.OPEN, 0, Long.MAX_VALUE);

    private static final long NANOS = 1_000_000_000;
    private static final long MOST_ON_THE_WAY = 4L << 20;

    /** Which directions are open. */
    enum Mode {
        OPEN,
        HALF_OPEN,
        DROP,
        REFUSE
    }

    Network withMode(Mode mode) {
        return new Network(mode, delayNanos, bytesPerSecond);
    }

    Network withDelay(long delayNanos) {
        return new Network(mode, delayNanos, bytesPerSecond);
    }

    Network withBytesPerSecond(long bytesPerSecond) {
        return new Network(mode, delayNanos, bytesPerSecond);
    }

    boolean letsRequestsPass() {
        return mode != Mode.DROP;
    }

    boolean letsAnswersPass() {
        return mode == Mode.OPEN || mode == Mode.REFUSE;
    }

    /** Returns how long the line is busy with so many bytes. */
    long transmissionNanos(long bytes) {
        return bytesPerSecond == Long.MAX_VALUE ? 0 : (long) ((double) bytes * NANOS / bytesPerSecond);
    }

    /**
     * Returns how many bytes to take up at once, so that a slow line delivers in small pieces: a twentieth of a second.
     */
    int pieceSize(int most) {
        return (int) Math.max(1, Math.min(most, bytesPerSecond / 20));
    }

    /** Returns how many bytes of a connection may be on their way: those of the delay, and two pieces. */
    long window(int piece) {
        double inDelay = (double) bytesPerSecond * delayNanos / NANOS;
        return (long) Math.min(MOST_ON_THE_WAY, inDelay + 2.0 * pieceSize(piece));
    }
}
