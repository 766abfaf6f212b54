package io.dbops.routing.jdbc;

import org.jspecify.annotations.Nullable;

/**
 * What a text does to transactions, as far as a glance can tell. Looked at after the text has run: one that is misread as
 * an end costs an offload, so of several statements any that could be one counts.
 */
enum SqlText {
    /** Nothing. */
    PLAIN,
    /** It begins a transaction. */
    BEGINS,
    /** It ends one, or may. */
    ENDS;

    /** The first letters of the keywords that begin or end a transaction. */
    private static final String FIRST_LETTERS = "bsceapr";

    static SqlText of(@Nullable String sql) {
        if (sql == null || isOneQuery(sql)) {
            return PLAIN;
        }
        int start = firstLetter(sql, 0);
        int semicolon = sql.indexOf(';', start);
        boolean several = semicolon >= 0 && firstLetter(sql, semicolon + 1) < sql.length();
        if (several && mentionsAnEnd(sql)) {
            return ENDS;
        }
        if (start == sql.length() || FIRST_LETTERS.indexOf(Character.toLowerCase(sql.charAt(start))) < 0) {
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

    /** What most texts are, told from two letters and the lack of a semicolon. */
    private static boolean isOneQuery(String sql) {
        return sql.length() > 1
                && (sql.charAt(0) | 0x20) == 's'
                && (sql.charAt(1) | 0x20) == 'e'
                && sql.indexOf(';') < 0;
    }

    private static boolean mentionsAnEnd(String sql) {
        return mentions(sql, "commit") || mentions(sql, "rollback") || mentions(sql, "end") || mentions(sql, "abort");
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
