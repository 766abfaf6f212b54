package io.dbops.routing;

import io.dbops.DbOpsException;
import io.dbops.dialect.Observation;
import java.time.Duration;

/** How the first attempt to reach a node ended. */
sealed interface Contact {

    /** It answered, this fast. */
    record Made(Observation observation, Duration roundTrip) implements Contact {}

    /** It could not be reached, which may change. */
    record Failed(String reason) implements Contact {}

    /** It proved the configuration wrong. */
    record Refused(DbOpsException error) implements Contact {}
}
