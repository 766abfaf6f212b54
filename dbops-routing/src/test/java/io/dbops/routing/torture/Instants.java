package io.dbops.routing.torture;

import java.util.Locale;

/** Instants of the machine's running time, for people. */
final class Instants {

    private Instants() {}

    /** Seconds with six places. */
    static String text(long nanos) {
        return String.format(Locale.ROOT, "%.6f", nanos / 1e9);
    }
}
