/** Where a unit of work runs: reads by measured freshness, everything else on the primary. And whether it runs again. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.dbops.routing {
    requires transitive io.dbops;
    requires com.github.benmanes.caffeine;
    requires com.fasterxml.jackson.core;
    requires io.github.resilience4j.circuitbreaker;
    requires io.github.resilience4j.core;
    requires io.github.resilience4j.retry;
    requires micrometer.core;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.dbops.retry;
    exports io.dbops.routing;
}
