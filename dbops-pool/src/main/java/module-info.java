/** HikariCP pools that fit the server. */
module io.dbops.pool {
    requires transitive io.dbops;
    requires com.zaxxer.hikari;
    requires org.slf4j;
    requires static transitive org.jspecify;

    exports io.dbops.pool;
}
