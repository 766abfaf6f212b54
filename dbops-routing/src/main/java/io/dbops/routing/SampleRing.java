package io.dbops.routing;

import io.dbops.dialect.Position;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one epoch, oldest first.
 *
 * <p>One pending sample would not do: under constant writes the newest sample is always ahead of a replica that is
 * behind, and its freshness would stand still. When the ring is full, every second sample of its older half goes:
 * recent time is known finely and far time coarsely, so any lag stays measurable in bounded memory. Leaving samples
 * out only makes a bound looser, never wrong.
 *
 * <p>Not thread-safe: guarded by its {@link Monitor}.
 */
final class SampleRing {

    static final int CAPACITY = 512;

    private final @Nullable Sample[] samples = new @Nullable Sample[CAPACITY];
    private int size;

    /** Adds a sample. Its position covers those before it. */
    void add(Sample sample) {
        if (size == CAPACITY) {
            thinOut();
        }
        samples[size++] = sample;
    }

    private void thinOut() {
        int half = CAPACITY / 2;
        int kept = 0;
        for (int i = 0; i < half; i += 2) {
            samples[kept++] = samples[i];
        }
        System.arraycopy(samples, half, samples, kept, half);
        size = kept + half;
        Arrays.fill(samples, size, CAPACITY, null);
    }

    /** Whether a later sample may follow: its position covers all before it. */
    boolean isContinuedBy(Position position) {
        return size == 0 || position.covers(samples[size - 1].position());
    }

    /** Whether a node at this position has reached the newest sample. */
    boolean isReachedBy(Position position) {
        return size == 0 || position.covers(samples[size - 1].position());
    }

    /** The instant of the newest sample that a node at this position has reached, or -1 if it has reached none. */
    long newestReachedBy(Position position) {
        int low = 0;
        int high = size;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (position.covers(samples[middle].position())) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? -1 : samples[low - 1].askedAt();
    }

    /** The newest sample's position, or {@code null} before the first. */
    @Nullable Position newest() {
        return size == 0 ? null : samples[size - 1].position();
    }

    int size() {
        return size;
    }
}
