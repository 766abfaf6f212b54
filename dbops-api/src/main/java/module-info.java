/** What an application compiles against: the facade, values, feature contracts and the database dialects of dbops. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic", "module"}) // features are compiled later
module io.dbops {
    requires transitive java.sql;
    requires transitive micrometer.core;
    requires org.slf4j;
    requires static org.postgresql.jdbc;
    requires static transitive org.jspecify;

    exports io.dbops;
    exports io.dbops.dialect;
    exports io.dbops.tx;
    exports io.dbops.time to
            io.dbops.pool,
            io.dbops.routing;
}
