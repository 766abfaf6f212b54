package io.dbops.routing.jdbc;

import org.jspecify.annotations.Nullable;

/** What may be in a text of SQL, as far as a glance can tell. When in doubt, it is. */
final class SqlText {

    /** The first letters of the keywords that begin or end a transaction. */
    private static final String FIRST_LETTERS = "bsceapr";

    private SqlText() {}

    /** Whether the text may begin or end a transaction. */
    static boolean mayTouchTransaction(@Nullable String sql) {
        if (sql == null || isOneQuery(sql)) {
            return false;
        }
        int start = firstLetter(sql, 0);
        if (start == sql.length()) {
            return false;
        }
        int semicolon = sql.indexOf(';', start);
        if (semicolon >= 0 && firstLetter(sql, semicolon + 1) < sql.length()) {
            return true;
        }
        return FIRST_LETTERS.indexOf(Character.toLowerCase(sql.charAt(start))) >= 0
                && (startsWith(sql, start, "begin")
                        || startsWith(sql, start, "start")
                        || startsWith(sql, start, "commit")
                        || startsWith(sql, start, "end")
                        || startsWith(sql, start, "abort")
                        || startsWith(sql, start, "prepare transaction")
                        || startsWith(sql, start, "rollback"));
    }

    /**
     * Whether one of the statements ends a transaction. Where it also begins another one, as {@code COMMIT AND CHAIN} does,
     * nothing else tells.
     */
    static boolean endsTransaction(@Nullable String sql) {
        if (sql == null) {
            return false;
        }
        for (int at = firstLetter(sql, 0); at < sql.length(); ) {
            int next = afterStatement(sql, at);
            if (endsTransaction(sql, at, next)) {
                return true;
            }
            at = firstLetter(sql, next);
        }
        return false;
    }

    /** Not {@code END}, which also ends the body of a function; its driver knows of it. */
    private static boolean endsTransaction(String sql, int start, int end) {
        return startsWith(sql, start, "commit")
                || startsWith(sql, start, "abort")
                || startsWith(sql, start, "prepare transaction")
                || (startsWith(sql, start, "rollback") && !mentions(sql.substring(start, end), " to "));
    }

    /** The index after the semicolon that ends a statement, or the length. */
    private static int afterStatement(String sql, int from) {
        int at = from;
        while (at < sql.length() && sql.charAt(at) != ';') {
            at = afterToken(sql, at);
        }
        return Math.min(at + 1, sql.length());
    }

    /** The index after what is quoted or a comment, if that begins here, or else after one character. */
    private static int afterToken(String sql, int at) {
        char first = sql.charAt(at);
        if (first == '\'' || first == '"') {
            return after(sql, String.valueOf(first), at + 1);
        } else if (sql.startsWith("--", at)) {
            return after(sql, "\n", at);
        } else if (sql.startsWith("/*", at)) {
            return after(sql, "*/", at);
        } else if (first == '$') {
            int tagged = at + 1;
            while (tagged < sql.length()
                    && Character.isJavaIdentifierPart(sql.charAt(tagged))
                    && sql.charAt(tagged) != '$') {
                tagged++;
            }
            if (tagged < sql.length() && sql.charAt(tagged) == '$') {
                return after(sql, sql.substring(at, tagged + 1), tagged + 1);
            }
        }
        return at + 1;
    }

    /** What most texts are, told from two letters and the lack of a semicolon. */
    private static boolean isOneQuery(String sql) {
        return sql.length() > 1
                && (sql.charAt(0) | 0x20) == 's'
                && (sql.charAt(1) | 0x20) == 'e'
                && sql.indexOf(';') < 0;
    }

    /** Whether the text may make a read-only connection writable. */
    static boolean mayEndReadOnly(@Nullable String sql) {
        return sql != null
                && (mentions(sql, "read_only")
                        || mentions(sql, "set_config")
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
