/**
 * Fixtures for testing against real servers: an embedded PostgreSQL cluster, a TCP fault proxy, a JUnit 5 extension.
 */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.dbops.test {
    requires transitive java.sql;
    requires java.naming; // PGSimpleDataSource is a javax.naming.Referenceable
    requires org.slf4j;
    requires org.postgresql.jdbc;
    requires org.apache.commons.compress;
    requires org.tukaani.xz;
    requires static transitive org.jspecify;
    requires static org.junit.jupiter.api;

    exports io.dbops.test;
}
