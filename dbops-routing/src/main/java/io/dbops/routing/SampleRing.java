package io.dbops.routing;

import io.dbops.dialect.Position;
import java.util.ArrayList;
import java.util.List;
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

    private List<Sample> samples = new ArrayList<>(CAPACITY);

    /** Adds a sample. Its position covers those before it. */
    void add(Sample sample) {
        if (samples.size() == CAPACITY) {
            thinOut();
        }
        samples.add(sample);
    }

    private void thinOut() {
        var kept = new ArrayList<Sample>(CAPACITY);
        for (int i = 0; i < CAPACITY; i++) {
            if (i >= CAPACITY / 2 || i % 2 == 0) {
                kept.add(samples.get(i));
            }
        }
        samples = kept;
    }

    /** Whether this position covers all samples: a node there has reached the newest, and a sample of it may follow. */
    boolean isCoveredBy(Position position) {
        Position newest = newest();
        return newest == null || position.covers(newest);
    }

    /** The instant of the newest sample that a node at this position has reached, or -1 if it has reached none. */
    long newestReachedBy(Position position) {
        int low = 0;
        int high = samples.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (position.covers(samples.get(middle).position())) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low == 0 ? -1 : samples.get(low - 1).askedAt();
    }

    /** The newest sample's position, or {@code null} before the first. */
    @Nullable
    Position newest() {
        return samples.isEmpty() ? null : samples.get(samples.size() - 1).position();
    }

    int size() {
        return samples.size();
    }
}
