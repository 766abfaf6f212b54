package io.dbops.retry;

import java.util.regex.Pattern;

/**
 * Where the markers of transactions are. Always named with its schema: a table that is found by a search path may be
 * another one for the lookup than it was for the transaction.
 *
 * @param schema the schema
 * @param name the table
 */
record MarkerTable(String schema, String name) {

    private static final Pattern IDENTIFIER = Pattern.compile("[a-z_][a-z0-9_]{0,62}");

    MarkerTable {
        requireIdentifier("schema", schema);
        requireIdentifier("table", name);
    }

    private static void requireIdentifier(String what, String value) {
        if (!IDENTIFIER.matcher(value).matches()) {
            throw new IllegalArgumentException(
                    what + " (\"" + value + "\"): must be 1 to 63 of a-z, 0-9 and _," + " and not begin with a digit");
        }
    }

    /** As it stands in a statement; in quotes, for it may be a word of the language. */
    @Override
    public String toString() {
        return '"' + schema + "\".\"" + name + '"';
    }
}
