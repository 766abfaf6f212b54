package io.dbops.pool;

import com.zaxxer.hikari.SQLExceptionOverride;
import io.dbops.dialect.ErrorClass;
import io.dbops.dialect.ErrorTable;
import java.sql.SQLException;
import java.util.function.BooleanSupplier;

/**
 * After which errors a connection leaves its pool, by what the error means to its product.
 *
 * <p>HikariCP by itself keeps a connection to a primary that has become a standby, and those that a time limit of the
 * server has ended; and drops a healthy one when a feature is not supported.
 *
 * <p>A refused write (25006) is the server's doing, or that of the application, which declared the connection read-only.
 * HikariCP hands over the error and not the connection. So it is the application's for certain if all connections in
 * use are declared read-only, and is else taken for the server's: then one connection may be opened for nothing.
 */
final class EvictionRules implements SQLExceptionOverride {

    private final ErrorTable errors;
    private final BooleanSupplier allInUseAreReadOnly;

    EvictionRules(ErrorTable errors, BooleanSupplier allInUseAreReadOnly) {
        this.errors = errors;
        this.allInUseAreReadOnly = allInUseAreReadOnly;
    }

    @java.lang.Override
    public Override adjudicate(SQLException error) {
        String state = error.getSQLState();
        if (state == null && error.getErrorCode() == 0) {
            return Override.CONTINUE_EVICT; // says too little to know better
        }
        if (state != null && state.startsWith("0A")) {
            return Override.DO_NOT_EVICT;
        }
        ErrorClass errorClass = errors.classify(error);
        return switch (errorClass) {
            case CONNECTION_LOST, SERVER_UNAVAILABLE -> Override.MUST_EVICT;
            case READ_ONLY -> allInUseAreReadOnly.getAsBoolean() ? Override.DO_NOT_EVICT : Override.MUST_EVICT;
            default -> Override.CONTINUE_EVICT;
        };
    }
}
