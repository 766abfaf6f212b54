/** Programs that use dbops as an application would, and the tour. */
@SuppressWarnings("requires-automatic")
module io.dbops.samples {
    requires com.zaxxer.hikari;
    requires io.dbops;
    requires io.dbops.pool;
    requires io.dbops.routing;
    requires io.dbops.test;
    requires java.naming; // PGSimpleDataSource is a javax.naming.Referenceable
    requires java.sql;
    requires org.postgresql.jdbc;
    requires static org.jspecify;
}
