package io.dbops.routing.jdbc;

import java.io.InputStream;
import java.io.Reader;
import java.math.BigDecimal;
import java.net.URL;
import java.sql.Array;
import java.sql.Blob;
import java.sql.Clob;
import java.sql.Date;
import java.sql.NClob;
import java.sql.Ref;
import java.sql.ResultSet;
import java.sql.ResultSetMetaData;
import java.sql.RowId;
import java.sql.SQLException;
import java.sql.SQLType;
import java.sql.SQLWarning;
import java.sql.SQLXML;
import java.sql.Statement;
import java.sql.Time;
import java.sql.Timestamp;
import java.util.Calendar;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The rows of a {@link RoutedStatement}: delegates everything, so that {@link #getStatement} leads back to the routed
 * statement and not past it.
 */
final class RoutedResultSet implements ResultSet {

    /** {@code null} for rows of metadata, which JDBC allows to have no statement. */
    private final @Nullable RoutedStatement statement;

    private final ResultSet rows;

    RoutedResultSet(@Nullable RoutedStatement statement, ResultSet rows) {
        this.statement = statement;
        this.rows = rows;
    }

    @Override
    public @Nullable Statement getStatement() {
        return statement;
    }

    /** Something that may ask the server later: its connection is kept until the routed one is closed. */
    private <T> T held(T lazy) {
        if (statement != null) {
            statement.lease().opened();
        }
        return lazy;
    }

    private void change(RoutedStatement.Change change) throws SQLException {
        if (statement == null) {
            change.run();
        } else {
            statement.change(change);
        }
    }

    @Override
    public <T> T unwrap(Class<T> iface) throws SQLException {
        if (iface.isInstance(this)) {
            return iface.cast(this);
        }
        T unwrapped = rows.unwrap(iface);
        if (statement != null) {
            statement.lease().escaped();
        }
        return unwrapped;
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) throws SQLException {
        return iface.isInstance(this) || rows.isWrapperFor(iface);
    }

    @Override
    public boolean next() throws SQLException {
        try {
            return rows.next();
        } catch (SQLException e) {
            throw noted(e);
        }
    }

    /** Fetching more rows may fail on the server, and with it the transaction. */
    private SQLException noted(SQLException error) {
        if (statement != null) {
            statement.failed(error);
        }
        return error;
    }

    @Override
    public void close() throws SQLException {
        rows.close();
        if (statement != null) {
            statement.rowsClosed();
        }
    }

    @Override
    public boolean wasNull() throws SQLException {
        return rows.wasNull();
    }

    @Override
    public String getString(int index) throws SQLException {
        return rows.getString(index);
    }

    @Override
    public boolean getBoolean(int index) throws SQLException {
        return rows.getBoolean(index);
    }

    @Override
    public byte getByte(int index) throws SQLException {
        return rows.getByte(index);
    }

    @Override
    public short getShort(int index) throws SQLException {
        return rows.getShort(index);
    }

    @Override
    public int getInt(int index) throws SQLException {
        return rows.getInt(index);
    }

    @Override
    public long getLong(int index) throws SQLException {
        return rows.getLong(index);
    }

    @Override
    public float getFloat(int index) throws SQLException {
        return rows.getFloat(index);
    }

    @Override
    public double getDouble(int index) throws SQLException {
        return rows.getDouble(index);
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public BigDecimal getBigDecimal(int index, int value) throws SQLException {
        return rows.getBigDecimal(index, value);
    }

    @Override
    public byte[] getBytes(int index) throws SQLException {
        return rows.getBytes(index);
    }

    @Override
    public Date getDate(int index) throws SQLException {
        return rows.getDate(index);
    }

    @Override
    public Time getTime(int index) throws SQLException {
        return rows.getTime(index);
    }

    @Override
    public Timestamp getTimestamp(int index) throws SQLException {
        return rows.getTimestamp(index);
    }

    @Override
    public InputStream getAsciiStream(int index) throws SQLException {
        return rows.getAsciiStream(index);
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public InputStream getUnicodeStream(int index) throws SQLException {
        return rows.getUnicodeStream(index);
    }

    @Override
    public InputStream getBinaryStream(int index) throws SQLException {
        return rows.getBinaryStream(index);
    }

    @Override
    public String getString(String name) throws SQLException {
        return rows.getString(name);
    }

    @Override
    public boolean getBoolean(String name) throws SQLException {
        return rows.getBoolean(name);
    }

    @Override
    public byte getByte(String name) throws SQLException {
        return rows.getByte(name);
    }

    @Override
    public short getShort(String name) throws SQLException {
        return rows.getShort(name);
    }

    @Override
    public int getInt(String name) throws SQLException {
        return rows.getInt(name);
    }

    @Override
    public long getLong(String name) throws SQLException {
        return rows.getLong(name);
    }

    @Override
    public float getFloat(String name) throws SQLException {
        return rows.getFloat(name);
    }

    @Override
    public double getDouble(String name) throws SQLException {
        return rows.getDouble(name);
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public BigDecimal getBigDecimal(String name, int value) throws SQLException {
        return rows.getBigDecimal(name, value);
    }

    @Override
    public byte[] getBytes(String name) throws SQLException {
        return rows.getBytes(name);
    }

    @Override
    public Date getDate(String name) throws SQLException {
        return rows.getDate(name);
    }

    @Override
    public Time getTime(String name) throws SQLException {
        return rows.getTime(name);
    }

    @Override
    public Timestamp getTimestamp(String name) throws SQLException {
        return rows.getTimestamp(name);
    }

    @Override
    public InputStream getAsciiStream(String name) throws SQLException {
        return rows.getAsciiStream(name);
    }

    @Override
    @Deprecated
    @SuppressWarnings("deprecation")
    public InputStream getUnicodeStream(String name) throws SQLException {
        return rows.getUnicodeStream(name);
    }

    @Override
    public InputStream getBinaryStream(String name) throws SQLException {
        return rows.getBinaryStream(name);
    }

    @Override
    public SQLWarning getWarnings() throws SQLException {
        return rows.getWarnings();
    }

    @Override
    public void clearWarnings() throws SQLException {
        rows.clearWarnings();
    }

    @Override
    public String getCursorName() throws SQLException {
        return rows.getCursorName();
    }

    @Override
    public ResultSetMetaData getMetaData() throws SQLException {
        return held(rows.getMetaData());
    }

    @Override
    public Object getObject(int index) throws SQLException {
        return rows.getObject(index);
    }

    @Override
    public Object getObject(String name) throws SQLException {
        return rows.getObject(name);
    }

    @Override
    public int findColumn(String name) throws SQLException {
        return rows.findColumn(name);
    }

    @Override
    public Reader getCharacterStream(int index) throws SQLException {
        return rows.getCharacterStream(index);
    }

    @Override
    public Reader getCharacterStream(String name) throws SQLException {
        return rows.getCharacterStream(name);
    }

    @Override
    public BigDecimal getBigDecimal(int index) throws SQLException {
        return rows.getBigDecimal(index);
    }

    @Override
    public BigDecimal getBigDecimal(String name) throws SQLException {
        return rows.getBigDecimal(name);
    }

    @Override
    public boolean isBeforeFirst() throws SQLException {
        return rows.isBeforeFirst();
    }

    @Override
    public boolean isAfterLast() throws SQLException {
        return rows.isAfterLast();
    }

    @Override
    public boolean isFirst() throws SQLException {
        return rows.isFirst();
    }

    @Override
    public boolean isLast() throws SQLException {
        return rows.isLast();
    }

    @Override
    public void beforeFirst() throws SQLException {
        rows.beforeFirst();
    }

    @Override
    public void afterLast() throws SQLException {
        rows.afterLast();
    }

    @Override
    public boolean first() throws SQLException {
        return rows.first();
    }

    @Override
    public boolean last() throws SQLException {
        return rows.last();
    }

    @Override
    public int getRow() throws SQLException {
        return rows.getRow();
    }

    @Override
    public boolean absolute(int value) throws SQLException {
        return rows.absolute(value);
    }

    @Override
    public boolean relative(int value) throws SQLException {
        return rows.relative(value);
    }

    @Override
    public boolean previous() throws SQLException {
        return rows.previous();
    }

    @Override
    public void setFetchDirection(int value) throws SQLException {
        rows.setFetchDirection(value);
    }

    @Override
    public int getFetchDirection() throws SQLException {
        return rows.getFetchDirection();
    }

    @Override
    public void setFetchSize(int value) throws SQLException {
        rows.setFetchSize(value);
    }

    @Override
    public int getFetchSize() throws SQLException {
        return rows.getFetchSize();
    }

    @Override
    public int getType() throws SQLException {
        return rows.getType();
    }

    @Override
    public int getConcurrency() throws SQLException {
        return rows.getConcurrency();
    }

    @Override
    public boolean rowUpdated() throws SQLException {
        return rows.rowUpdated();
    }

    @Override
    public boolean rowInserted() throws SQLException {
        return rows.rowInserted();
    }

    @Override
    public boolean rowDeleted() throws SQLException {
        return rows.rowDeleted();
    }

    @Override
    public void updateNull(int index) throws SQLException {
        rows.updateNull(index);
    }

    @Override
    public void updateBoolean(int index, boolean value) throws SQLException {
        rows.updateBoolean(index, value);
    }

    @Override
    public void updateByte(int index, byte value) throws SQLException {
        rows.updateByte(index, value);
    }

    @Override
    public void updateShort(int index, short value) throws SQLException {
        rows.updateShort(index, value);
    }

    @Override
    public void updateInt(int index, int value) throws SQLException {
        rows.updateInt(index, value);
    }

    @Override
    public void updateLong(int index, long value) throws SQLException {
        rows.updateLong(index, value);
    }

    @Override
    public void updateFloat(int index, float value) throws SQLException {
        rows.updateFloat(index, value);
    }

    @Override
    public void updateDouble(int index, double value) throws SQLException {
        rows.updateDouble(index, value);
    }

    @Override
    public void updateBigDecimal(int index, BigDecimal value) throws SQLException {
        rows.updateBigDecimal(index, value);
    }

    @Override
    public void updateString(int index, String value) throws SQLException {
        rows.updateString(index, value);
    }

    @Override
    public void updateBytes(int index, byte[] value) throws SQLException {
        rows.updateBytes(index, value);
    }

    @Override
    public void updateDate(int index, Date value) throws SQLException {
        rows.updateDate(index, value);
    }

    @Override
    public void updateTime(int index, Time value) throws SQLException {
        rows.updateTime(index, value);
    }

    @Override
    public void updateTimestamp(int index, Timestamp value) throws SQLException {
        rows.updateTimestamp(index, value);
    }

    @Override
    public void updateAsciiStream(int index, InputStream value, int length) throws SQLException {
        rows.updateAsciiStream(index, value, length);
    }

    @Override
    public void updateBinaryStream(int index, InputStream value, int length) throws SQLException {
        rows.updateBinaryStream(index, value, length);
    }

    @Override
    public void updateCharacterStream(int index, Reader value, int length) throws SQLException {
        rows.updateCharacterStream(index, value, length);
    }

    @Override
    public void updateObject(int index, Object value, int scale) throws SQLException {
        rows.updateObject(index, value, scale);
    }

    @Override
    public void updateObject(int index, Object value) throws SQLException {
        rows.updateObject(index, value);
    }

    @Override
    public void updateNull(String name) throws SQLException {
        rows.updateNull(name);
    }

    @Override
    public void updateBoolean(String name, boolean value) throws SQLException {
        rows.updateBoolean(name, value);
    }

    @Override
    public void updateByte(String name, byte value) throws SQLException {
        rows.updateByte(name, value);
    }

    @Override
    public void updateShort(String name, short value) throws SQLException {
        rows.updateShort(name, value);
    }

    @Override
    public void updateInt(String name, int value) throws SQLException {
        rows.updateInt(name, value);
    }

    @Override
    public void updateLong(String name, long value) throws SQLException {
        rows.updateLong(name, value);
    }

    @Override
    public void updateFloat(String name, float value) throws SQLException {
        rows.updateFloat(name, value);
    }

    @Override
    public void updateDouble(String name, double value) throws SQLException {
        rows.updateDouble(name, value);
    }

    @Override
    public void updateBigDecimal(String name, BigDecimal value) throws SQLException {
        rows.updateBigDecimal(name, value);
    }

    @Override
    public void updateString(String name, String value) throws SQLException {
        rows.updateString(name, value);
    }

    @Override
    public void updateBytes(String name, byte[] value) throws SQLException {
        rows.updateBytes(name, value);
    }

    @Override
    public void updateDate(String name, Date value) throws SQLException {
        rows.updateDate(name, value);
    }

    @Override
    public void updateTime(String name, Time value) throws SQLException {
        rows.updateTime(name, value);
    }

    @Override
    public void updateTimestamp(String name, Timestamp value) throws SQLException {
        rows.updateTimestamp(name, value);
    }

    @Override
    public void updateAsciiStream(String name, InputStream value, int length) throws SQLException {
        rows.updateAsciiStream(name, value, length);
    }

    @Override
    public void updateBinaryStream(String name, InputStream value, int length) throws SQLException {
        rows.updateBinaryStream(name, value, length);
    }

    @Override
    public void updateCharacterStream(String name, Reader value, int length) throws SQLException {
        rows.updateCharacterStream(name, value, length);
    }

    @Override
    public void updateObject(String name, Object value, int scale) throws SQLException {
        rows.updateObject(name, value, scale);
    }

    @Override
    public void updateObject(String name, Object value) throws SQLException {
        rows.updateObject(name, value);
    }

    @Override
    public void insertRow() throws SQLException {
        change(() -> rows.insertRow());
    }

    @Override
    public void updateRow() throws SQLException {
        change(() -> rows.updateRow());
    }

    @Override
    public void deleteRow() throws SQLException {
        change(() -> rows.deleteRow());
    }

    @Override
    public void refreshRow() throws SQLException {
        rows.refreshRow();
    }

    @Override
    public void cancelRowUpdates() throws SQLException {
        rows.cancelRowUpdates();
    }

    @Override
    public void moveToInsertRow() throws SQLException {
        rows.moveToInsertRow();
    }

    @Override
    public void moveToCurrentRow() throws SQLException {
        rows.moveToCurrentRow();
    }

    @Override
    public Object getObject(int index, Map<String, Class<?>> map) throws SQLException {
        return rows.getObject(index, map);
    }

    @Override
    public Ref getRef(int index) throws SQLException {
        return held(rows.getRef(index));
    }

    @Override
    public Blob getBlob(int index) throws SQLException {
        return held(rows.getBlob(index));
    }

    @Override
    public Clob getClob(int index) throws SQLException {
        return held(rows.getClob(index));
    }

    @Override
    public Array getArray(int index) throws SQLException {
        return held(rows.getArray(index));
    }

    @Override
    public Object getObject(String name, Map<String, Class<?>> map) throws SQLException {
        return rows.getObject(name, map);
    }

    @Override
    public Ref getRef(String name) throws SQLException {
        return held(rows.getRef(name));
    }

    @Override
    public Blob getBlob(String name) throws SQLException {
        return held(rows.getBlob(name));
    }

    @Override
    public Clob getClob(String name) throws SQLException {
        return held(rows.getClob(name));
    }

    @Override
    public Array getArray(String name) throws SQLException {
        return held(rows.getArray(name));
    }

    @Override
    public Date getDate(int index, Calendar calendar) throws SQLException {
        return rows.getDate(index, calendar);
    }

    @Override
    public Date getDate(String name, Calendar calendar) throws SQLException {
        return rows.getDate(name, calendar);
    }

    @Override
    public Time getTime(int index, Calendar calendar) throws SQLException {
        return rows.getTime(index, calendar);
    }

    @Override
    public Time getTime(String name, Calendar calendar) throws SQLException {
        return rows.getTime(name, calendar);
    }

    @Override
    public Timestamp getTimestamp(int index, Calendar calendar) throws SQLException {
        return rows.getTimestamp(index, calendar);
    }

    @Override
    public Timestamp getTimestamp(String name, Calendar calendar) throws SQLException {
        return rows.getTimestamp(name, calendar);
    }

    @Override
    public URL getURL(int index) throws SQLException {
        return rows.getURL(index);
    }

    @Override
    public URL getURL(String name) throws SQLException {
        return rows.getURL(name);
    }

    @Override
    public void updateRef(int index, Ref value) throws SQLException {
        rows.updateRef(index, value);
    }

    @Override
    public void updateRef(String name, Ref value) throws SQLException {
        rows.updateRef(name, value);
    }

    @Override
    public void updateBlob(int index, Blob value) throws SQLException {
        rows.updateBlob(index, value);
    }

    @Override
    public void updateBlob(String name, Blob value) throws SQLException {
        rows.updateBlob(name, value);
    }

    @Override
    public void updateClob(int index, Clob value) throws SQLException {
        rows.updateClob(index, value);
    }

    @Override
    public void updateClob(String name, Clob value) throws SQLException {
        rows.updateClob(name, value);
    }

    @Override
    public void updateArray(int index, Array value) throws SQLException {
        rows.updateArray(index, value);
    }

    @Override
    public void updateArray(String name, Array value) throws SQLException {
        rows.updateArray(name, value);
    }

    @Override
    public RowId getRowId(int index) throws SQLException {
        return rows.getRowId(index);
    }

    @Override
    public RowId getRowId(String name) throws SQLException {
        return rows.getRowId(name);
    }

    @Override
    public void updateRowId(int index, RowId value) throws SQLException {
        rows.updateRowId(index, value);
    }

    @Override
    public void updateRowId(String name, RowId value) throws SQLException {
        rows.updateRowId(name, value);
    }

    @Override
    public int getHoldability() throws SQLException {
        return rows.getHoldability();
    }

    @Override
    public boolean isClosed() throws SQLException {
        return rows.isClosed();
    }

    @Override
    public void updateNString(int index, String value) throws SQLException {
        rows.updateNString(index, value);
    }

    @Override
    public void updateNString(String name, String value) throws SQLException {
        rows.updateNString(name, value);
    }

    @Override
    public void updateNClob(int index, NClob value) throws SQLException {
        rows.updateNClob(index, value);
    }

    @Override
    public void updateNClob(String name, NClob value) throws SQLException {
        rows.updateNClob(name, value);
    }

    @Override
    public NClob getNClob(int index) throws SQLException {
        return held(rows.getNClob(index));
    }

    @Override
    public NClob getNClob(String name) throws SQLException {
        return held(rows.getNClob(name));
    }

    @Override
    public SQLXML getSQLXML(int index) throws SQLException {
        return held(rows.getSQLXML(index));
    }

    @Override
    public SQLXML getSQLXML(String name) throws SQLException {
        return held(rows.getSQLXML(name));
    }

    @Override
    public void updateSQLXML(int index, SQLXML value) throws SQLException {
        rows.updateSQLXML(index, value);
    }

    @Override
    public void updateSQLXML(String name, SQLXML value) throws SQLException {
        rows.updateSQLXML(name, value);
    }

    @Override
    public String getNString(int index) throws SQLException {
        return rows.getNString(index);
    }

    @Override
    public String getNString(String name) throws SQLException {
        return rows.getNString(name);
    }

    @Override
    public Reader getNCharacterStream(int index) throws SQLException {
        return rows.getNCharacterStream(index);
    }

    @Override
    public Reader getNCharacterStream(String name) throws SQLException {
        return rows.getNCharacterStream(name);
    }

    @Override
    public void updateNCharacterStream(int index, Reader value, long length) throws SQLException {
        rows.updateNCharacterStream(index, value, length);
    }

    @Override
    public void updateNCharacterStream(String name, Reader value, long length) throws SQLException {
        rows.updateNCharacterStream(name, value, length);
    }

    @Override
    public void updateAsciiStream(int index, InputStream value, long length) throws SQLException {
        rows.updateAsciiStream(index, value, length);
    }

    @Override
    public void updateBinaryStream(int index, InputStream value, long length) throws SQLException {
        rows.updateBinaryStream(index, value, length);
    }

    @Override
    public void updateCharacterStream(int index, Reader value, long length) throws SQLException {
        rows.updateCharacterStream(index, value, length);
    }

    @Override
    public void updateAsciiStream(String name, InputStream value, long length) throws SQLException {
        rows.updateAsciiStream(name, value, length);
    }

    @Override
    public void updateBinaryStream(String name, InputStream value, long length) throws SQLException {
        rows.updateBinaryStream(name, value, length);
    }

    @Override
    public void updateCharacterStream(String name, Reader value, long length) throws SQLException {
        rows.updateCharacterStream(name, value, length);
    }

    @Override
    public void updateBlob(int index, InputStream value, long length) throws SQLException {
        rows.updateBlob(index, value, length);
    }

    @Override
    public void updateBlob(String name, InputStream value, long length) throws SQLException {
        rows.updateBlob(name, value, length);
    }

    @Override
    public void updateClob(int index, Reader value, long length) throws SQLException {
        rows.updateClob(index, value, length);
    }

    @Override
    public void updateClob(String name, Reader value, long length) throws SQLException {
        rows.updateClob(name, value, length);
    }

    @Override
    public void updateNClob(int index, Reader value, long length) throws SQLException {
        rows.updateNClob(index, value, length);
    }

    @Override
    public void updateNClob(String name, Reader value, long length) throws SQLException {
        rows.updateNClob(name, value, length);
    }

    @Override
    public void updateNCharacterStream(int index, Reader value) throws SQLException {
        rows.updateNCharacterStream(index, value);
    }

    @Override
    public void updateNCharacterStream(String name, Reader value) throws SQLException {
        rows.updateNCharacterStream(name, value);
    }

    @Override
    public void updateAsciiStream(int index, InputStream value) throws SQLException {
        rows.updateAsciiStream(index, value);
    }

    @Override
    public void updateBinaryStream(int index, InputStream value) throws SQLException {
        rows.updateBinaryStream(index, value);
    }

    @Override
    public void updateCharacterStream(int index, Reader value) throws SQLException {
        rows.updateCharacterStream(index, value);
    }

    @Override
    public void updateAsciiStream(String name, InputStream value) throws SQLException {
        rows.updateAsciiStream(name, value);
    }

    @Override
    public void updateBinaryStream(String name, InputStream value) throws SQLException {
        rows.updateBinaryStream(name, value);
    }

    @Override
    public void updateCharacterStream(String name, Reader value) throws SQLException {
        rows.updateCharacterStream(name, value);
    }

    @Override
    public void updateBlob(int index, InputStream value) throws SQLException {
        rows.updateBlob(index, value);
    }

    @Override
    public void updateBlob(String name, InputStream value) throws SQLException {
        rows.updateBlob(name, value);
    }

    @Override
    public void updateClob(int index, Reader value) throws SQLException {
        rows.updateClob(index, value);
    }

    @Override
    public void updateClob(String name, Reader value) throws SQLException {
        rows.updateClob(name, value);
    }

    @Override
    public void updateNClob(int index, Reader value) throws SQLException {
        rows.updateNClob(index, value);
    }

    @Override
    public void updateNClob(String name, Reader value) throws SQLException {
        rows.updateNClob(name, value);
    }

    @Override
    public <T> T getObject(int index, Class<T> type) throws SQLException {
        return rows.getObject(index, type);
    }

    @Override
    public <T> T getObject(String name, Class<T> type) throws SQLException {
        return rows.getObject(name, type);
    }

    @Override
    public void updateObject(int index, Object value, SQLType sqlType, int scale2) throws SQLException {
        rows.updateObject(index, value, sqlType, scale2);
    }

    @Override
    public void updateObject(String name, Object value, SQLType sqlType, int scale2) throws SQLException {
        rows.updateObject(name, value, sqlType, scale2);
    }

    @Override
    public void updateObject(int index, Object value, SQLType sqlType) throws SQLException {
        rows.updateObject(index, value, sqlType);
    }

    @Override
    public void updateObject(String name, Object value, SQLType sqlType) throws SQLException {
        rows.updateObject(name, value, sqlType);
    }
}
