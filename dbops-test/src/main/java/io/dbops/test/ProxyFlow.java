package io.dbops.test;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * One direction of one proxied connection: a queue of pieces, each with the time before which it must not arrive. The
 * end of the stream is a piece as well, an empty one. Used by the proxy's thread only.
 */
final class ProxyFlow {
    static final int LARGEST_PIECE = 64 << 10;

    private final SocketChannel source;
    private final SocketChannel sink;
    private final Deque<Piece> pieces = new ArrayDeque<>();
    private long queuedBytes;
    private boolean sourceEnded;
    private boolean sinkEnded;
    private boolean sinkFull;

    ProxyFlow(SocketChannel source, SocketChannel sink) {
        this.source = source;
        this.sink = sink;
    }

    private record Piece(ByteBuffer bytes, long due) {
        boolean isEnd() {
            return bytes.capacity() == 0;
        }
    }

    /**
     * The line that all flows of one direction share: when a piece may start, the one before must have passed.
     *
     * <p>Times are those of {@link System#nanoTime()}, so only their differences are compared.
     */
    static final class Line {
        private long busyUntil = System.nanoTime();

        long arrival(long now, long bytes, Network network) {
            long start = busyUntil - now > 0 ? busyUntil : now;
            busyUntil = start + network.transmissionNanos(bytes);
            return busyUntil + network.delayNanos();
        }

        void clear(long now) {
            busyUntil = now;
        }
    }

    boolean wantsToRead(Network network) {
        return !sourceEnded && queuedBytes < network.window(LARGEST_PIECE);
    }

    /** Takes up what the source has, into the given scratch buffer first. */
    void read(ByteBuffer scratch, Line line, long now, Network network) throws IOException {
        scratch.clear().limit(network.pieceSize(LARGEST_PIECE));
        int count = source.read(scratch);
        if (count < 0) {
            sourceEnded = true;
            count = 0;
        } else if (count == 0) {
            return;
        }
        ByteBuffer bytes = ByteBuffer.allocate(count).put(scratch.flip()).flip();
        pieces.add(new Piece(bytes, line.arrival(now, count, network)));
        queuedBytes += count;
    }

    /** Delivers what is due, as far as the sink takes it. */
    void write(long now) throws IOException {
        sinkFull = false;
        for (Piece piece = pieces.peek(); piece != null && piece.due() - now <= 0; piece = pieces.peek()) {
            if (piece.isEnd()) {
                sink.shutdownOutput();
                sinkEnded = true;
            } else {
                queuedBytes -= sink.write(piece.bytes());
                if (piece.bytes().hasRemaining()) {
                    sinkFull = true;
                    return;
                }
            }
            pieces.remove();
        }
    }

    /** Makes everything on its way due. */
    void hurry(long now) {
        for (int left = pieces.size(); left > 0; left--) {
            pieces.add(new Piece(pieces.remove().bytes(), now));
        }
    }

    /** Whether the sink must tell when it takes more. */
    boolean isSinkFull() {
        return sinkFull;
    }

    boolean isEnded() {
        return sinkEnded;
    }

    /** Returns how long the next piece has to wait, or {@link Long#MAX_VALUE} if nothing but the sink is waited for. */
    long nanosToNext(long now) {
        Piece next = pieces.peek();
        return next == null || sinkFull ? Long.MAX_VALUE : Math.max(0, next.due() - now);
    }
}
