package io.dbops.routing;

/**
 * The time during which one run of one primary is followed, with the samples taken of it.
 *
 * @param number counts epochs from 1
 * @param samples the primary's positions, comparable with each other; guarded by the {@link Monitor}
 */
record Epoch(long number, SampleRing samples) {

    static final Epoch NONE = new Epoch(0, new SampleRing());

    Epoch next() {
        return new Epoch(number + 1, new SampleRing());
    }

    /** The same epoch, measured from nothing. */
    Epoch afresh() {
        return new Epoch(number, new SampleRing());
    }
}
