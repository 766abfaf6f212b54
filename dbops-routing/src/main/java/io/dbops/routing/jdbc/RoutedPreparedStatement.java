package io.dbops.routing.jdbc;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.Date;
import java.sql.NClob;
import java.sql.ParameterMetaData;
import java.sql.PreparedStatement;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLXML;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import org.jspecify.annotations.Nullable;

/**
 * A prepared statement of a {@link RoutedConnection}.
 *
 * <p>When its connection changes nodes it is prepared again there, and given its parameters again: they are remembered
 * for that, on the primary too, which may be another server by the time the statement is executed. A parameter that can
 * be read only once, or a batch, keeps it where it is; executing it then fails with a transient error if that node may
 * not serve it any more.
 */
final class RoutedPreparedStatement extends RoutedStatement implements PreparedStatement {

    private final String sql;
    /** How it was prepared, where the text alone does not tell. */
    private final @Nullable Recipe recipe;

    private PreparedStatement prepared;
    private @Nullable Parameters parameters;

    /** How the statement was prepared. */
    @FunctionalInterface
    interface Recipe {
        PreparedStatement prepare(Connection connection) throws SQLException;
    }

    RoutedPreparedStatement(
            RoutedConnection connection, Lease lease, PreparedStatement prepared, String sql, @Nullable Recipe recipe) {
        super(connection, lease);
        this.prepared = prepared;
        this.sql = sql;
        this.recipe = recipe;
    }

    @Override
    PreparedStatement delegate() {
        return prepared;
    }

    @Override
    PreparedStatement recreatedOn(Connection physical) throws SQLException {
        if (parameters != null && !parameters.canBeReplayed()) {
            throw cannotMove();
        }
        PreparedStatement recreated = recipe == null ? physical.prepareStatement(sql) : recipe.prepare(physical);
        if (parameters != null) {
            parameters.replayOn(recreated);
        }
        return recreated;
    }

    @Override
    void replaceDelegate(Statement recreated) {
        prepared = (PreparedStatement) recreated;
    }

    private void remember(int index, Parameters.Setter setter) {
        parameters().set(index, setter);
    }

    private Parameters parameters() {
        if (parameters == null) {
            parameters = new Parameters();
        }
        return parameters;
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        // Written out: where many kinds of calls run, the lambda of execute(...) is an object and a virtual call.
        begin();
        try {
            return query();
        } catch (SQLException e) {
            if (SqlText.mayTouchTransaction(sql)) {
                throw e;
            }
            return repeat(Kind.QUERY, sql, () -> wrap(prepared.executeQuery()), e);
        }
    }

    private ResultSet query() throws SQLException {
        boolean returned = false;
        try {
            ResultSet rows = prepared.executeQuery();
            returned = true;
            return wrap(rows);
        } catch (SQLException e) {
            failed(e);
            throw e;
        } finally {
            ended(sql, returned);
        }
    }

    @Override
    public boolean execute() throws SQLException {
        return execute(Kind.EITHER, sql, () -> prepared.execute());
    }

    @Override
    public int executeUpdate() throws SQLException {
        return execute(Kind.UPDATE, sql, () -> prepared.executeUpdate());
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return execute(Kind.UPDATE, sql, () -> prepared.executeLargeUpdate());
    }

    @Override
    public void addBatch() throws SQLException {
        prepared.addBatch();
        batched();
    }

    @Override
    public void clearParameters() throws SQLException {
        prepared.clearParameters();
        parameters = null;
    }

    @Override
    public void setNull(int index, int value) throws SQLException {
        prepared.setNull(index, value);
        remember(index, again -> again.setNull(index, value));
    }

    @Override
    public void setBoolean(int index, boolean value) throws SQLException {
        prepared.setBoolean(index, value);
        remember(index, again -> again.setBoolean(index, value));
    }

    @Override
    public void setByte(int index, byte value) throws SQLException {
        prepared.setByte(index, value);
        remember(index, again -> again.setByte(index, value));
    }

    @Override
    public void setShort(int index, short value) throws SQLException {
        prepared.setShort(index, value);
        remember(index, again -> again.setShort(index, value));
    }

    @Override
    public void setInt(int index, int value) throws SQLException {
        prepared.setInt(index, value);
        remember(index, again -> again.setInt(index, value));
    }

    @Override
    public void setLong(int index, long value) throws SQLException {
        prepared.setLong(index, value);
        remember(index, again -> again.setLong(index, value));
    }

    @Override
    public void setFloat(int index, float value) throws SQLException {
        prepared.setFloat(index, value);
        remember(index, again -> again.setFloat(index, value));
    }

    @Override
    public void setDouble(int index, double value) throws SQLException {
        prepared.setDouble(index, value);
        remember(index, again -> again.setDouble(index, value));
    }

    @Override
    public void setBigDecimal(int index, BigDecimal value) throws SQLException {
        prepared.setBigDecimal(index, value);
        remember(index, again -> again.setBigDecimal(index, value));
    }

    @Override
    public void setString(int index, String value) throws SQLException {
        prepared.setString(index, value);
        remember(index, again -> again.setString(index, value));
    }

    @Override
    public void setBytes(int index, byte[] value) throws SQLException {
        prepared.setBytes(index, value);
        remember(index, again -> again.setBytes(index, value));
    }

    @Override
    public void setDate(int index, Date value) throws SQLException {
        prepared.setDate(index, value);
        remember(index, again -> again.setDate(index, value));
    }

    @Override
    public void setTime(int index, Time value) throws SQLException {
        prepared.setTime(index, value);
        remember(index, again -> again.setTime(index, value));
    }

    @Override
    public void setTimestamp(int index, Timestamp value) throws SQLException {
        prepared.setTimestamp(index, value);
        remember(index, again -> again.setTimestamp(index, value));
    }

    @Override
    public void setAsciiStream(int index, InputStream value, int length) throws SQLException {
        prepared.setAsciiStream(index, value, length);
        parameters().cannotBeReplayed();
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public void setUnicodeStream(int index, InputStream value, int length) throws SQLException {
        prepared.setUnicodeStream(index, value, length);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setBinaryStream(int index, InputStream value, int length) throws SQLException {
        prepared.setBinaryStream(index, value, length);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setObject(int index, Object value, int scale) throws SQLException {
        prepared.setObject(index, value, scale);
        remember(index, again -> again.setObject(index, value, scale));
    }

    @Override
    public void setObject(int index, Object value) throws SQLException {
        prepared.setObject(index, value);
        remember(index, again -> again.setObject(index, value));
    }

    @Override
    public void setCharacterStream(int index, Reader value, int length) throws SQLException {
        prepared.setCharacterStream(index, value, length);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setRef(int index, Ref value) throws SQLException {
        prepared.setRef(index, value);
        remember(index, again -> again.setRef(index, value));
    }

    @Override
    public void setBlob(int index, Blob value) throws SQLException {
        prepared.setBlob(index, value);
        remember(index, again -> again.setBlob(index, value));
    }

    @Override
    public void setClob(int index, Clob value) throws SQLException {
        prepared.setClob(index, value);
        remember(index, again -> again.setClob(index, value));
    }

    @Override
    public void setArray(int index, Array value) throws SQLException {
        prepared.setArray(index, value);
        remember(index, again -> again.setArray(index, value));
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        lease().opened();
        try {
            return prepared.getMetaData();
        } catch (SQLException e) {
            failed(e);
            throw e;
        }
    }

    @Override
    public void setDate(int index, Date value, Calendar calendar) throws SQLException {
        prepared.setDate(index, value, calendar);
        remember(index, again -> again.setDate(index, value, calendar));
    }

    @Override
    public void setTime(int index, Time value, Calendar calendar) throws SQLException {
        prepared.setTime(index, value, calendar);
        remember(index, again -> again.setTime(index, value, calendar));
    }

    @Override
    public void setTimestamp(int index, Timestamp value, Calendar calendar) throws SQLException {
        prepared.setTimestamp(index, value, calendar);
        remember(index, again -> again.setTimestamp(index, value, calendar));
    }

    @Override
    public void setNull(int index, int value, String scale) throws SQLException {
        prepared.setNull(index, value, scale);
        remember(index, again -> again.setNull(index, value, scale));
    }

    @Override
    public void setURL(int index, URL value) throws SQLException {
        prepared.setURL(index, value);
        remember(index, again -> again.setURL(index, value));
    }

    @Override
    public ParameterMetaData getParameterMetaData() throws SQLException {
        lease().opened();
        try {
            return prepared.getParameterMetaData();
        } catch (SQLException e) {
            failed(e);
            throw e;
        }
    }

    @Override
    public void setRowId(int index, RowId value) throws SQLException {
        prepared.setRowId(index, value);
        remember(index, again -> again.setRowId(index, value));
    }

    @Override
    public void setNString(int index, String value) throws SQLException {
        prepared.setNString(index, value);
        remember(index, again -> again.setNString(index, value));
    }

    @Override
    public void setNCharacterStream(int index, Reader value, long length) throws SQLException {
        prepared.setNCharacterStream(index, value, length);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setNClob(int index, NClob value) throws SQLException {
        prepared.setNClob(index, value);
        remember(index, again -> again.setNClob(index, value));
    }

    @Override
    public void setClob(int index, Reader value, long length) throws SQLException {
        prepared.setClob(index, value, length);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setBlob(int index, InputStream value, long length) throws SQLException {
        prepared.setBlob(index, value, length);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setNClob(int index, Reader value, long length) throws SQLException {
        prepared.setNClob(index, value, length);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setSQLXML(int index, SQLXML value) throws SQLException {
        prepared.setSQLXML(index, value);
        remember(index, again -> again.setSQLXML(index, value));
    }

    @Override
    public void setObject(int index, Object value, int scale, int scale2) throws SQLException {
        prepared.setObject(index, value, scale, scale2);
        remember(index, again -> again.setObject(index, value, scale, scale2));
    }

    @Override
    public void setAsciiStream(int index, InputStream value, long length) throws SQLException {
        prepared.setAsciiStream(index, value, length);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setBinaryStream(int index, InputStream value, long length) throws SQLException {
        prepared.setBinaryStream(index, value, length);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setCharacterStream(int index, Reader value, long length) throws SQLException {
        prepared.setCharacterStream(index, value, length);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setAsciiStream(int index, InputStream value) throws SQLException {
        prepared.setAsciiStream(index, value);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setBinaryStream(int index, InputStream value) throws SQLException {
        prepared.setBinaryStream(index, value);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setCharacterStream(int index, Reader value) throws SQLException {
        prepared.setCharacterStream(index, value);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setNCharacterStream(int index, Reader value) throws SQLException {
        prepared.setNCharacterStream(index, value);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setClob(int index, Reader value) throws SQLException {
        prepared.setClob(index, value);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setBlob(int index, InputStream value) throws SQLException {
        prepared.setBlob(index, value);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setNClob(int index, Reader value) throws SQLException {
        prepared.setNClob(index, value);
        parameters().cannotBeReplayed();
    }

    @Override
    public void setObject(int index, Object value, SQLType sqlType, int scale2) throws SQLException {
        prepared.setObject(index, value, sqlType, scale2);
        remember(index, again -> again.setObject(index, value, sqlType, scale2));
    }

    @Override
    public void setObject(int index, Object value, SQLType sqlType) throws SQLException {
        prepared.setObject(index, value, sqlType);
        remember(index, again -> again.setObject(index, value, sqlType));
    }
}
