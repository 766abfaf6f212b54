package io.dbops.tx;

import io.micrometer.core.instrument.MeterRegistry;
import org.jspecify.annotations.Nullable;

/** Decides whether units of work run again. Implemented by the module dbops-routing; the builder takes one. */
@FunctionalInterface
public interface Retrying {

    /**
     * Makes ready to run units.
     *
     * @param application the application's name, for meters and log lines
     * @param registry where meters go, or {@code null} for nowhere
     * @return what runs them; it holds no connection, and its meters until the caller closes it
     */
    UnitRunner open(String application, @Nullable MeterRegistry registry);
}
