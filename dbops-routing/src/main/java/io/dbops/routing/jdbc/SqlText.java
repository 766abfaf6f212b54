package io.dbops.routing.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * What a text does to transactions, as far as a glance can tell. Looked at after the text has run: a text that is
 * misread costs an offload, where it could be an unnoticed commit it is read as one.
 */
enum SqlText {
    /** Nothing. */
    PLAIN,
    /** It begins a transaction. */
    BEGINS,
    /** It ends one. */
    ENDS,
    /** It has several statements, any of which may end one. */
    SEVERAL;

    static SqlText of(@Nullable String sql) {
        if (sql == null) {
            return PLAIN;
        }
        int start = firstLetter(sql);
        int semicolon = sql.indexOf(';', start);
        if (semicolon >= 0 && firstLetter(sql, semicolon + 1) < sql.length()) {
            return SEVERAL;
        }
        if (start == sql.length() || "bsceapr".indexOf(Character.toLowerCase(sql.charAt(start))) < 0) {
            return PLAIN;
        }
        if (startsWith(sql, start, "begin") || startsWith(sql, start, "start")) {
            return BEGINS;
        }
        boolean ends = startsWith(sql, start, "commit")
                || startsWith(sql, start, "end")
                || startsWith(sql, start, "abort")
                || startsWith(sql, start, "prepare transaction")
                || (startsWith(sql, start, "rollback") && !mentions(sql, " to "));
        return ends ? ENDS : PLAIN;
    }

    /** Whether the text may make a read-only connection writable. */
    static boolean mayEndReadOnly(@Nullable String sql) {
        return sql != null
                && (mentions(sql, "read_only")
                        || mentions(sql, "read write")
                        || mentions(sql, "discard")
                        || mentions(sql, "reset"));
    }

    private static boolean mentions(String sql, String part) {
        for (int at = 0; at <= sql.length() - part.length(); at++) {
            if (startsWith(sql, at, part)) {
                return true;
            }
        }
        return false;
    }

    private static boolean startsWith(String sql, int start, String keyword) {
        return sql.regionMatches(true, start, keyword, 0, keyword.length());
    }

    private static int firstLetter(String sql) {
        return firstLetter(sql, 0);
    }

    /** The index of the first character that is neither white space nor part of a comment, or the length. */
    private static int firstLetter(String sql, int from) {
        int at = from;
        while (at < sql.length()) {
            if (Character.isWhitespace(sql.charAt(at)) || sql.charAt(at) == ';') {
                at++;
            } else if (sql.startsWith("--", at)) {
                at = after(sql, "\n", at);
            } else if (sql.startsWith("/*", at)) {
                at = after(sql, "*/", at);
            } else {
                return at;
            }
        }
        return at;
    }

    private static int after(String sql, String end, int at) {
        int index = sql.indexOf(end, at);
        return index < 0 ? sql.length() : index + end.length();
    }
}
