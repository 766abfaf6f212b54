/** Reads go to replicas by measured freshness; everything else goes to the primary. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.dbops.routing {
    requires transitive io.dbops;
    requires com.github.benmanes.caffeine;
    requires com.fasterxml.jackson.core;
    requires io.github.resilience4j.circuitbreaker;
    requires micrometer.core;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.dbops.routing;
}
