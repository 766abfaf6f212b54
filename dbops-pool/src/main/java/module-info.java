/** HikariCP pools that fit the server. */
@SuppressWarnings({"requires-automatic", "requires-transitive-automatic"})
module io.dbops.pool {
    requires transitive io.dbops;
    requires com.zaxxer.hikari;
    requires static org.postgresql.jdbc;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.dbops.pool;
}
