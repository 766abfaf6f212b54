package io.dbops.routing.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** The parameters a prepared statement was given, to be given again to its successor on another node. */
final class Parameters {

    @FunctionalInterface
    interface Setter {
        void set(PreparedStatement statement) throws SQLException;
    }

    private @Nullable Setter[] setters = new @Nullable Setter[4];
    private boolean replayable = true;

    void set(int index, Setter setter) {
        if (index >= setters.length) {
            setters = Arrays.copyOf(setters, Math.max(index + 1, setters.length * 2));
        }
        setters[index] = setter;
    }

    void cannotBeReplayed() {
        replayable = false;
    }

    boolean canBeReplayed() {
        return replayable;
    }

    void replayOn(PreparedStatement statement) throws SQLException {
        for (Setter setter : setters) {
            if (setter != null) {
                setter.set(statement);
            }
        }
    }
}
