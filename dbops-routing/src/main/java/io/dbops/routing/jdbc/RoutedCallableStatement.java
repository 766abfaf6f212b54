package io.dbops.routing.jdbc;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.CallableStatement;
import java.sql.Clob;
import java.sql.Connection;
import java.sql.Date;
import java.sql.NClob;
import java.sql.ParameterMetaData;
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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A callable statement of a {@link RoutedConnection}. It stays on the node it was prepared on: executing it fails with
 * a transient error if that node may not serve it any more.
 */
final class RoutedCallableStatement extends RoutedStatement implements CallableStatement {

    private final CallableStatement call;
    private final String sql;

    RoutedCallableStatement(RoutedConnection connection, Lease lease, CallableStatement call, String sql) {
        super(connection, lease);
        this.call = call;
        this.sql = sql;
    }

    @Override
    CallableStatement delegate() {
        return call;
    }

    @Override
    Statement recreatedOn(Connection physical) throws SQLException {
        throw cannotMove();
    }

    @Override
    void replaceDelegate(Statement recreated) {
        throw new IllegalStateException("a call stays where it is");
    }

    /** Something that may ask the server later: its connection is kept until the routed one is closed. */
    private <T extends @Nullable Object> T held(T lazy) {
        lease().opened();
        return lazy;
    }

    /** An object that leads nowhere past this statement: of a cursor, its rows. */
    private @Nullable Object routed(@Nullable Object object) {
        if (object instanceof ResultSet rows) {
            return wrap(rows);
        }
        return object instanceof Array ? held(object) : object;
    }

    @Override
    public ResultSet executeQuery() throws SQLException {
        return execute(Kind.QUERY, sql, () -> wrap(call.executeQuery()));
    }

    @Override
    public boolean execute() throws SQLException {
        return execute(Kind.EITHER, sql, () -> call.execute());
    }

    @Override
    public int executeUpdate() throws SQLException {
        return execute(Kind.UPDATE, sql, () -> call.executeUpdate());
    }

    @Override
    public long executeLargeUpdate() throws SQLException {
        return execute(Kind.UPDATE, sql, () -> call.executeLargeUpdate());
    }

    @Override
    public void setNull(int index, int value) throws SQLException {
        call.setNull(index, value);
    }

    @Override
    public void setBoolean(int index, boolean value) throws SQLException {
        call.setBoolean(index, value);
    }

    @Override
    public void setByte(int index, byte value) throws SQLException {
        call.setByte(index, value);
    }

    @Override
    public void setShort(int index, short value) throws SQLException {
        call.setShort(index, value);
    }

    @Override
    public void setInt(int index, int value) throws SQLException {
        call.setInt(index, value);
    }

    @Override
    public void setLong(int index, long value) throws SQLException {
        call.setLong(index, value);
    }

    @Override
    public void setFloat(int index, float value) throws SQLException {
        call.setFloat(index, value);
    }

    @Override
    public void setDouble(int index, double value) throws SQLException {
        call.setDouble(index, value);
    }

    @Override
    public void setBigDecimal(int index, BigDecimal value) throws SQLException {
        call.setBigDecimal(index, value);
    }

    @Override
    public void setString(int index, String value) throws SQLException {
        call.setString(index, value);
    }

    @Override
    public void setBytes(int index, byte[] value) throws SQLException {
        call.setBytes(index, value);
    }

    @Override
    public void setDate(int index, Date value) throws SQLException {
        call.setDate(index, value);
    }

    @Override
    public void setTime(int index, Time value) throws SQLException {
        call.setTime(index, value);
    }

    @Override
    public void setTimestamp(int index, Timestamp value) throws SQLException {
        call.setTimestamp(index, value);
    }

    @Override
    public void setAsciiStream(int index, InputStream value, int length) throws SQLException {
        call.setAsciiStream(index, value, length);
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public void setUnicodeStream(int index, InputStream value, int length) throws SQLException {
        call.setUnicodeStream(index, value, length);
    }

    @Override
    public void setBinaryStream(int index, InputStream value, int length) throws SQLException {
        call.setBinaryStream(index, value, length);
    }

    @Override
    public void clearParameters() throws SQLException {
        call.clearParameters();
    }

    @Override
    public void setObject(int index, Object value, int scale) throws SQLException {
        call.setObject(index, value, scale);
    }

    @Override
    public void setObject(int index, Object value) throws SQLException {
        call.setObject(index, value);
    }

    @Override
    public void addBatch() throws SQLException {
        call.addBatch();
        batched();
    }

    @Override
    public void setCharacterStream(int index, Reader value, int length) throws SQLException {
        call.setCharacterStream(index, value, length);
    }

    @Override
    public void setRef(int index, Ref value) throws SQLException {
        call.setRef(index, value);
    }

    @Override
    public void setBlob(int index, Blob value) throws SQLException {
        call.setBlob(index, value);
    }

    @Override
    public void setClob(int index, Clob value) throws SQLException {
        call.setClob(index, value);
    }

    @Override
    public void setArray(int index, Array value) throws SQLException {
        call.setArray(index, value);
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        lease().opened();
        return held(call.getMetaData());
    }

    @Override
    public void setDate(int index, Date value, Calendar calendar) throws SQLException {
        call.setDate(index, value, calendar);
    }

    @Override
    public void setTime(int index, Time value, Calendar calendar) throws SQLException {
        call.setTime(index, value, calendar);
    }

    @Override
    public void setTimestamp(int index, Timestamp value, Calendar calendar) throws SQLException {
        call.setTimestamp(index, value, calendar);
    }

    @Override
    public void setNull(int index, int value, String scale) throws SQLException {
        call.setNull(index, value, scale);
    }

    @Override
    public void setURL(int index, URL value) throws SQLException {
        call.setURL(index, value);
    }

    @Override
    public ParameterMetaData getParameterMetaData() throws SQLException {
        lease().opened();
        return held(call.getParameterMetaData());
    }

    @Override
    public void setRowId(int index, RowId value) throws SQLException {
        call.setRowId(index, value);
    }

    @Override
    public void setNString(int index, String value) throws SQLException {
        call.setNString(index, value);
    }

    @Override
    public void setNCharacterStream(int index, Reader value, long length) throws SQLException {
        call.setNCharacterStream(index, value, length);
    }

    @Override
    public void setNClob(int index, NClob value) throws SQLException {
        call.setNClob(index, value);
    }

    @Override
    public void setClob(int index, Reader value, long length) throws SQLException {
        call.setClob(index, value, length);
    }

    @Override
    public void setBlob(int index, InputStream value, long length) throws SQLException {
        call.setBlob(index, value, length);
    }

    @Override
    public void setNClob(int index, Reader value, long length) throws SQLException {
        call.setNClob(index, value, length);
    }

    @Override
    public void setSQLXML(int index, SQLXML value) throws SQLException {
        call.setSQLXML(index, value);
    }

    @Override
    public void setObject(int index, Object value, int scale, int scale2) throws SQLException {
        call.setObject(index, value, scale, scale2);
    }

    @Override
    public void setAsciiStream(int index, InputStream value, long length) throws SQLException {
        call.setAsciiStream(index, value, length);
    }

    @Override
    public void setBinaryStream(int index, InputStream value, long length) throws SQLException {
        call.setBinaryStream(index, value, length);
    }

    @Override
    public void setCharacterStream(int index, Reader value, long length) throws SQLException {
        call.setCharacterStream(index, value, length);
    }

    @Override
    public void setAsciiStream(int index, InputStream value) throws SQLException {
        call.setAsciiStream(index, value);
    }

    @Override
    public void setBinaryStream(int index, InputStream value) throws SQLException {
        call.setBinaryStream(index, value);
    }

    @Override
    public void setCharacterStream(int index, Reader value) throws SQLException {
        call.setCharacterStream(index, value);
    }

    @Override
    public void setNCharacterStream(int index, Reader value) throws SQLException {
        call.setNCharacterStream(index, value);
    }

    @Override
    public void setClob(int index, Reader value) throws SQLException {
        call.setClob(index, value);
    }

    @Override
    public void setBlob(int index, InputStream value) throws SQLException {
        call.setBlob(index, value);
    }

    @Override
    public void setNClob(int index, Reader value) throws SQLException {
        call.setNClob(index, value);
    }

    @Override
    public void setObject(int index, Object value, SQLType sqlType, int scale2) throws SQLException {
        call.setObject(index, value, sqlType, scale2);
    }

    @Override
    public void setObject(int index, Object value, SQLType sqlType) throws SQLException {
        call.setObject(index, value, sqlType);
    }

    @Override
    public void registerOutParameter(int index, int value) throws SQLException {
        call.registerOutParameter(index, value);
    }

    @Override
    public void registerOutParameter(int index, int value, int scale) throws SQLException {
        call.registerOutParameter(index, value, scale);
    }

    @Override
    public boolean wasNull() throws SQLException {
        return call.wasNull();
    }

    @Override
    public String getString(int index) throws SQLException {
        return call.getString(index);
    }

    @Override
    public boolean getBoolean(int index) throws SQLException {
        return call.getBoolean(index);
    }

    @Override
    public byte getByte(int index) throws SQLException {
        return call.getByte(index);
    }

    @Override
    public short getShort(int index) throws SQLException {
        return call.getShort(index);
    }

    @Override
    public int getInt(int index) throws SQLException {
        return call.getInt(index);
    }

    @Override
    public long getLong(int index) throws SQLException {
        return call.getLong(index);
    }

    @Override
    public float getFloat(int index) throws SQLException {
        return call.getFloat(index);
    }

    @Override
    public double getDouble(int index) throws SQLException {
        return call.getDouble(index);
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public BigDecimal getBigDecimal(int index, int value) throws SQLException {
        return call.getBigDecimal(index, value);
    }

    @Override
    public byte[] getBytes(int index) throws SQLException {
        return call.getBytes(index);
    }

    @Override
    public Date getDate(int index) throws SQLException {
        return call.getDate(index);
    }

    @Override
    public Time getTime(int index) throws SQLException {
        return call.getTime(index);
    }

    @Override
    public Timestamp getTimestamp(int index) throws SQLException {
        return call.getTimestamp(index);
    }

    @Override
    public @Nullable Object getObject(int index) throws SQLException {
        return routed(call.getObject(index));
    }

    @Override
    public BigDecimal getBigDecimal(int index) throws SQLException {
        return call.getBigDecimal(index);
    }

    @Override
    public @Nullable Object getObject(int index, Map<String, Class<?>> map) throws SQLException {
        return routed(call.getObject(index, map));
    }

    @Override
    public Ref getRef(int index) throws SQLException {
        return held(call.getRef(index));
    }

    @Override
    public Blob getBlob(int index) throws SQLException {
        return held(call.getBlob(index));
    }

    @Override
    public Clob getClob(int index) throws SQLException {
        return held(call.getClob(index));
    }

    @Override
    public Array getArray(int index) throws SQLException {
        return held(call.getArray(index));
    }

    @Override
    public Date getDate(int index, Calendar calendar) throws SQLException {
        return call.getDate(index, calendar);
    }

    @Override
    public Time getTime(int index, Calendar calendar) throws SQLException {
        return call.getTime(index, calendar);
    }

    @Override
    public Timestamp getTimestamp(int index, Calendar calendar) throws SQLException {
        return call.getTimestamp(index, calendar);
    }

    @Override
    public void registerOutParameter(int index, int value, String scale) throws SQLException {
        call.registerOutParameter(index, value, scale);
    }

    @Override
    public void registerOutParameter(String name, int value) throws SQLException {
        call.registerOutParameter(name, value);
    }

    @Override
    public void registerOutParameter(String name, int value, int scale) throws SQLException {
        call.registerOutParameter(name, value, scale);
    }

    @Override
    public void registerOutParameter(String name, int value, String scale) throws SQLException {
        call.registerOutParameter(name, value, scale);
    }

    @Override
    public URL getURL(int index) throws SQLException {
        return call.getURL(index);
    }

    @Override
    public void setURL(String name, URL value) throws SQLException {
        call.setURL(name, value);
    }

    @Override
    public void setNull(String name, int value) throws SQLException {
        call.setNull(name, value);
    }

    @Override
    public void setBoolean(String name, boolean value) throws SQLException {
        call.setBoolean(name, value);
    }

    @Override
    public void setByte(String name, byte value) throws SQLException {
        call.setByte(name, value);
    }

    @Override
    public void setShort(String name, short value) throws SQLException {
        call.setShort(name, value);
    }

    @Override
    public void setInt(String name, int value) throws SQLException {
        call.setInt(name, value);
    }

    @Override
    public void setLong(String name, long value) throws SQLException {
        call.setLong(name, value);
    }

    @Override
    public void setFloat(String name, float value) throws SQLException {
        call.setFloat(name, value);
    }

    @Override
    public void setDouble(String name, double value) throws SQLException {
        call.setDouble(name, value);
    }

    @Override
    public void setBigDecimal(String name, BigDecimal value) throws SQLException {
        call.setBigDecimal(name, value);
    }

    @Override
    public void setString(String name, String value) throws SQLException {
        call.setString(name, value);
    }

    @Override
    public void setBytes(String name, byte[] value) throws SQLException {
        call.setBytes(name, value);
    }

    @Override
    public void setDate(String name, Date value) throws SQLException {
        call.setDate(name, value);
    }

    @Override
    public void setTime(String name, Time value) throws SQLException {
        call.setTime(name, value);
    }

    @Override
    public void setTimestamp(String name, Timestamp value) throws SQLException {
        call.setTimestamp(name, value);
    }

    @Override
    public void setAsciiStream(String name, InputStream value, int length) throws SQLException {
        call.setAsciiStream(name, value, length);
    }

    @Override
    public void setBinaryStream(String name, InputStream value, int length) throws SQLException {
        call.setBinaryStream(name, value, length);
    }

    @Override
    public void setObject(String name, Object value, int scale, int scale2) throws SQLException {
        call.setObject(name, value, scale, scale2);
    }

    @Override
    public void setObject(String name, Object value, int scale) throws SQLException {
        call.setObject(name, value, scale);
    }

    @Override
    public void setObject(String name, Object value) throws SQLException {
        call.setObject(name, value);
    }

    @Override
    public void setCharacterStream(String name, Reader value, int length) throws SQLException {
        call.setCharacterStream(name, value, length);
    }

    @Override
    public void setDate(String name, Date value, Calendar calendar) throws SQLException {
        call.setDate(name, value, calendar);
    }

    @Override
    public void setTime(String name, Time value, Calendar calendar) throws SQLException {
        call.setTime(name, value, calendar);
    }

    @Override
    public void setTimestamp(String name, Timestamp value, Calendar calendar) throws SQLException {
        call.setTimestamp(name, value, calendar);
    }

    @Override
    public void setNull(String name, int value, String scale) throws SQLException {
        call.setNull(name, value, scale);
    }

    @Override
    public String getString(String name) throws SQLException {
        return call.getString(name);
    }

    @Override
    public boolean getBoolean(String name) throws SQLException {
        return call.getBoolean(name);
    }

    @Override
    public byte getByte(String name) throws SQLException {
        return call.getByte(name);
    }

    @Override
    public short getShort(String name) throws SQLException {
        return call.getShort(name);
    }

    @Override
    public int getInt(String name) throws SQLException {
        return call.getInt(name);
    }

    @Override
    public long getLong(String name) throws SQLException {
        return call.getLong(name);
    }

    @Override
    public float getFloat(String name) throws SQLException {
        return call.getFloat(name);
    }

    @Override
    public double getDouble(String name) throws SQLException {
        return call.getDouble(name);
    }

    @Override
    public byte[] getBytes(String name) throws SQLException {
        return call.getBytes(name);
    }

    @Override
    public Date getDate(String name) throws SQLException {
        return call.getDate(name);
    }

    @Override
    public Time getTime(String name) throws SQLException {
        return call.getTime(name);
    }

    @Override
    public Timestamp getTimestamp(String name) throws SQLException {
        return call.getTimestamp(name);
    }

    @Override
    public @Nullable Object getObject(String name) throws SQLException {
        return routed(call.getObject(name));
    }

    @Override
    public BigDecimal getBigDecimal(String name) throws SQLException {
        return call.getBigDecimal(name);
    }

    @Override
    public @Nullable Object getObject(String name, Map<String, Class<?>> map) throws SQLException {
        return routed(call.getObject(name, map));
    }

    @Override
    public Ref getRef(String name) throws SQLException {
        return held(call.getRef(name));
    }

    @Override
    public Blob getBlob(String name) throws SQLException {
        return held(call.getBlob(name));
    }

    @Override
    public Clob getClob(String name) throws SQLException {
        return held(call.getClob(name));
    }

    @Override
    public Array getArray(String name) throws SQLException {
        return held(call.getArray(name));
    }

    @Override
    public Date getDate(String name, Calendar calendar) throws SQLException {
        return call.getDate(name, calendar);
    }

    @Override
    public Time getTime(String name, Calendar calendar) throws SQLException {
        return call.getTime(name, calendar);
    }

    @Override
    public Timestamp getTimestamp(String name, Calendar calendar) throws SQLException {
        return call.getTimestamp(name, calendar);
    }

    @Override
    public URL getURL(String name) throws SQLException {
        return call.getURL(name);
    }

    @Override
    public RowId getRowId(int index) throws SQLException {
        return call.getRowId(index);
    }

    @Override
    public RowId getRowId(String name) throws SQLException {
        return call.getRowId(name);
    }

    @Override
    public void setRowId(String name, RowId value) throws SQLException {
        call.setRowId(name, value);
    }

    @Override
    public void setNString(String name, String value) throws SQLException {
        call.setNString(name, value);
    }

    @Override
    public void setNCharacterStream(String name, Reader value, long length) throws SQLException {
        call.setNCharacterStream(name, value, length);
    }

    @Override
    public void setNClob(String name, NClob value) throws SQLException {
        call.setNClob(name, value);
    }

    @Override
    public void setClob(String name, Reader value, long length) throws SQLException {
        call.setClob(name, value, length);
    }

    @Override
    public void setBlob(String name, InputStream value, long length) throws SQLException {
        call.setBlob(name, value, length);
    }

    @Override
    public void setNClob(String name, Reader value, long length) throws SQLException {
        call.setNClob(name, value, length);
    }

    @Override
    public NClob getNClob(int index) throws SQLException {
        return held(call.getNClob(index));
    }

    @Override
    public NClob getNClob(String name) throws SQLException {
        return held(call.getNClob(name));
    }

    @Override
    public void setSQLXML(String name, SQLXML value) throws SQLException {
        call.setSQLXML(name, value);
    }

    @Override
    public SQLXML getSQLXML(int index) throws SQLException {
        return held(call.getSQLXML(index));
    }

    @Override
    public SQLXML getSQLXML(String name) throws SQLException {
        return held(call.getSQLXML(name));
    }

    @Override
    public String getNString(int index) throws SQLException {
        return call.getNString(index);
    }

    @Override
    public String getNString(String name) throws SQLException {
        return call.getNString(name);
    }

    @Override
    public Reader getNCharacterStream(int index) throws SQLException {
        return call.getNCharacterStream(index);
    }

    @Override
    public Reader getNCharacterStream(String name) throws SQLException {
        return call.getNCharacterStream(name);
    }

    @Override
    public Reader getCharacterStream(int index) throws SQLException {
        return call.getCharacterStream(index);
    }

    @Override
    public Reader getCharacterStream(String name) throws SQLException {
        return call.getCharacterStream(name);
    }

    @Override
    public void setBlob(String name, Blob value) throws SQLException {
        call.setBlob(name, value);
    }

    @Override
    public void setClob(String name, Clob value) throws SQLException {
        call.setClob(name, value);
    }

    @Override
    public void setAsciiStream(String name, InputStream value, long length) throws SQLException {
        call.setAsciiStream(name, value, length);
    }

    @Override
    public void setBinaryStream(String name, InputStream value, long length) throws SQLException {
        call.setBinaryStream(name, value, length);
    }

    @Override
    public void setCharacterStream(String name, Reader value, long length) throws SQLException {
        call.setCharacterStream(name, value, length);
    }

    @Override
    public void setAsciiStream(String name, InputStream value) throws SQLException {
        call.setAsciiStream(name, value);
    }

    @Override
    public void setBinaryStream(String name, InputStream value) throws SQLException {
        call.setBinaryStream(name, value);
    }

    @Override
    public void setCharacterStream(String name, Reader value) throws SQLException {
        call.setCharacterStream(name, value);
    }

    @Override
    public void setNCharacterStream(String name, Reader value) throws SQLException {
        call.setNCharacterStream(name, value);
    }

    @Override
    public void setClob(String name, Reader value) throws SQLException {
        call.setClob(name, value);
    }

    @Override
    public void setBlob(String name, InputStream value) throws SQLException {
        call.setBlob(name, value);
    }

    @Override
    public void setNClob(String name, Reader value) throws SQLException {
        call.setNClob(name, value);
    }

    @Override
    public <T> @Nullable T getObject(int index, Class<T> type) throws SQLException {
        return type.cast(routed(call.getObject(index, type)));
    }

    @Override
    public <T> @Nullable T getObject(String name, Class<T> type) throws SQLException {
        return type.cast(routed(call.getObject(name, type)));
    }

    @Override
    public void setObject(String name, Object value, SQLType sqlType, int scale2) throws SQLException {
        call.setObject(name, value, sqlType, scale2);
    }

    @Override
    public void setObject(String name, Object value, SQLType sqlType) throws SQLException {
        call.setObject(name, value, sqlType);
    }

    @Override
    public void registerOutParameter(int index, SQLType sqlType) throws SQLException {
        call.registerOutParameter(index, sqlType);
    }

    @Override
    public void registerOutParameter(int index, SQLType sqlType, int scale) throws SQLException {
        call.registerOutParameter(index, sqlType, scale);
    }

    @Override
    public void registerOutParameter(int index, SQLType sqlType, String scale) throws SQLException {
        call.registerOutParameter(index, sqlType, scale);
    }

    @Override
    public void registerOutParameter(String name, SQLType sqlType) throws SQLException {
        call.registerOutParameter(name, sqlType);
    }

    @Override
    public void registerOutParameter(String name, SQLType sqlType, int scale) throws SQLException {
        call.registerOutParameter(name, sqlType, scale);
    }

    @Override
    public void registerOutParameter(String name, SQLType sqlType, String scale) throws SQLException {
        call.registerOutParameter(name, sqlType, scale);
    }
}
