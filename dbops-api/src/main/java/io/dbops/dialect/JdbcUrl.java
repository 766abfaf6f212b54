package io.dbops.dialect;

/** What may be shown of a JDBC URL, which may carry a password. */
final class JdbcUrl {

    private JdbcUrl() {}

    /** The URL up to the colon after the driver's name. */
    static String scheme(String url) {
        int end = url.indexOf(':', "jdbc:".length());
        return url.startsWith("jdbc:") && end > 0 ? url.substring(0, end + 1) : "not a JDBC URL";
    }
}
