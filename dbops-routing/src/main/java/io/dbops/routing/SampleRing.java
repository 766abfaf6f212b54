package io.dbops.routing;

import io.dbops.dialect.Position;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one epoch, oldest first.
 *
 * <p>One pending sample would not do: under constant writes the newest sample is always ahead of a replica that is
 * behind, and its freshness would stand still. When the ring is full it is thinned out so that the gap between two
 * samples stays a small part of their age: a lag of any length is measured to about three per cent, in bounded memory.
 * Leaving samples out only makes a bound looser, never wrong.
 *
 * <p>Not thread-safe: guarded by its {@link Monitor}.
 */
final class SampleRing {

    /** At most {@code 2 * RESOLUTION * ln(a day / 5 ms)} samples, about a thousand, stay when the ring is thinned out. */
    static final int CAPACITY = 2_048;

    /** A lag is measured to a part in so many. */
    static final int RESOLUTION = 32;

    private List<Sample> samples = new ArrayList<>(CAPACITY);

    /** Adds a sample. Its position covers those before it. */
    void add(Sample sample) {
        if (samples.size() >= CAPACITY) {
            thinOut();
        }
        samples.add(sample);
    }

    /** Leaves out samples whose neighbours are closer together than a part of their age. */
    private void thinOut() {
        int last = samples.size() - 1;
        long newest = samples.get(last).askedAt();
        var kept = new ArrayList<Sample>(CAPACITY);
        kept.add(samples.get(0));
        for (int i = 1; i < last; i++) {
            long next = samples.get(i + 1).askedAt();
            long gapWithout = next - kept.get(kept.size() - 1).askedAt();
            if (gapWithout > (newest - next) / RESOLUTION) {
                kept.add(samples.get(i));
            }
        }
        kept.add(samples.get(last));
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

    @Nullable
    Sample newestSample() {
        return samples.isEmpty() ? null : samples.get(samples.size() - 1);
    }

    @Nullable
    Sample oldestSample() {
        return samples.isEmpty() ? null : samples.get(0);
    }

    /** The instant of the oldest sample that covers a position, or -1 if none does. */
    long oldestCovering(Position position) {
        int low = 0;
        int high = samples.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (samples.get(middle).position().covers(position)) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low == samples.size() ? -1 : samples.get(low).askedAt();
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
