package io.dbops.dialect;

import java.sql.SQLException;
import java.sql.SQLRecoverableException;
import java.sql.SQLTransientConnectionException;

/**
 * PostgreSQL's errors by SQLSTATE, as listed in its appendix A. An error without one comes from the driver or the pool
 * and counts as a lost connection, for nothing is known of the server.
 */
enum PostgresErrors implements ErrorTable {
    INSTANCE;

    @Override
    public ErrorClass classify(SQLException error) {
        String state = error.getSQLState();
        if (state == null || state.length() != 5) {
            return ErrorClass.CONNECTION_LOST;
        }
        return switch (state) {
            case "57P01", "57P02", "57P04", "57P05", "25P03" -> ErrorClass.CONNECTION_LOST;
            case "57P03" -> ErrorClass.SERVER_UNAVAILABLE;
            case "53300" -> ErrorClass.TOO_MANY_CONNECTIONS;
            case "25006" -> ErrorClass.READ_ONLY;
            case "40001", "40P01" -> ErrorClass.CONFLICT;
            case "25P02" -> ErrorClass.TRANSACTION_ABORTED;
            case "3D000" -> ErrorClass.CREDENTIALS_REFUSED;
            default -> classifyByStateClass(state, error);
        };
    }

    private static ErrorClass classifyByStateClass(String state, SQLException error) {
        if (state.startsWith("28")) {
            return ErrorClass.CREDENTIALS_REFUSED;
        }
        boolean lost = state.startsWith("08")
                || error instanceof SQLRecoverableException
                || error instanceof SQLTransientConnectionException;
        return lost ? ErrorClass.CONNECTION_LOST : ErrorClass.STATEMENT;
    }
}
