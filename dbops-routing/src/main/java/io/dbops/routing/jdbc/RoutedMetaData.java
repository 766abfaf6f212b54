package io.dbops.routing.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.RowIdLifetime;
import java.sql.SQLException;

/**
 * The metadata of a {@link RoutedConnection}, so that nothing leads past it.
 *
 * <p>Facts are asked of whichever physical connection is current, and begin no unit of work. Where there is none yet, one
 * is taken of the kind that the next unit needs: of a replica, if the connection is declared read-only. Rows of the
 * catalog are a read like any other: they are as fresh as the session asks for, and count as a unit of work or belong to
 * the open one. They keep their physical connection until the routed one is closed.
 */
final class RoutedMetaData implements DatabaseMetaData {

    private final RoutedConnection connection;

    RoutedMetaData(RoutedConnection connection) {
        this.connection = connection;
    }

    @FunctionalInterface
    private interface Question<T> {
        T ask(DatabaseMetaData metaData) throws SQLException;
    }

    /** What holds of each node, and mostly is known to the driver: asked of the current one, outside any unit of work. */
    private <T> T fact(Question<T> question) throws SQLException {
        return connection.ask(physical -> question.ask(physical.getMetaData()));
    }

    @FunctionalInterface
    private interface DriverVersion {
        int of(DatabaseMetaData metaData);
    }

    private int unchecked(DriverVersion version) {
        try {
            return fact(version::of);
        } catch (SQLException e) {
            throw new IllegalStateException("there is no connection to ask", e);
        }
    }

    /** What is in the catalog: read as any other rows are, from a node that may serve a unit of work at this moment. */
    private ResultSet rows(Question<ResultSet> question) throws SQLException {
        return connection.readCatalog(lease -> {
            ResultSet rows = question.ask(lease.connection().getMetaData());
            lease.opened();
            return new RoutedResultSet(null, rows);
        });
    }

    @Override
    public Connection getConnection() {
        return connection;
    }

    @Override
    public <T> T unwrap(Class<T> iface) throws SQLException {
        if (iface.isInstance(this)) {
            return iface.cast(this);
        }
        Lease lease = connection.current();
        T unwrapped = lease.connection().getMetaData().unwrap(iface);
        lease.escaped();
        return unwrapped;
    }

    @Override
    public boolean isWrapperFor(Class<?> iface) throws SQLException {
        return iface.isInstance(this) || fact(metaData -> metaData.isWrapperFor(iface));
    }

    @Override
    public boolean allProceduresAreCallable() throws SQLException {
        return fact(metaData -> metaData.allProceduresAreCallable());
    }

    @Override
    public boolean allTablesAreSelectable() throws SQLException {
        return fact(metaData -> metaData.allTablesAreSelectable());
    }

    @Override
    public String getURL() throws SQLException {
        return fact(metaData -> metaData.getURL());
    }

    @Override
    public String getUserName() throws SQLException {
        return fact(metaData -> metaData.getUserName());
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        return fact(metaData -> metaData.isReadOnly());
    }

    @Override
    public boolean nullsAreSortedHigh() throws SQLException {
        return fact(metaData -> metaData.nullsAreSortedHigh());
    }

    @Override
    public boolean nullsAreSortedLow() throws SQLException {
        return fact(metaData -> metaData.nullsAreSortedLow());
    }

    @Override
    public boolean nullsAreSortedAtStart() throws SQLException {
        return fact(metaData -> metaData.nullsAreSortedAtStart());
    }

    @Override
    public boolean nullsAreSortedAtEnd() throws SQLException {
        return fact(metaData -> metaData.nullsAreSortedAtEnd());
    }

    @Override
    public String getDatabaseProductName() throws SQLException {
        return fact(metaData -> metaData.getDatabaseProductName());
    }

    @Override
    public String getDatabaseProductVersion() throws SQLException {
        return fact(metaData -> metaData.getDatabaseProductVersion());
    }

    @Override
    public String getDriverName() throws SQLException {
        return fact(metaData -> metaData.getDriverName());
    }

    @Override
    public String getDriverVersion() throws SQLException {
        return fact(metaData -> metaData.getDriverVersion());
    }

    @Override
    public int getDriverMajorVersion() {
        return unchecked(DatabaseMetaData::getDriverMajorVersion);
    }

    @Override
    public int getDriverMinorVersion() {
        return unchecked(DatabaseMetaData::getDriverMinorVersion);
    }

    @Override
    public boolean usesLocalFiles() throws SQLException {
        return fact(metaData -> metaData.usesLocalFiles());
    }

    @Override
    public boolean usesLocalFilePerTable() throws SQLException {
        return fact(metaData -> metaData.usesLocalFilePerTable());
    }

    @Override
    public boolean supportsMixedCaseIdentifiers() throws SQLException {
        return fact(metaData -> metaData.supportsMixedCaseIdentifiers());
    }

    @Override
    public boolean storesUpperCaseIdentifiers() throws SQLException {
        return fact(metaData -> metaData.storesUpperCaseIdentifiers());
    }

    @Override
    public boolean storesLowerCaseIdentifiers() throws SQLException {
        return fact(metaData -> metaData.storesLowerCaseIdentifiers());
    }

    @Override
    public boolean storesMixedCaseIdentifiers() throws SQLException {
        return fact(metaData -> metaData.storesMixedCaseIdentifiers());
    }

    @Override
    public boolean supportsMixedCaseQuotedIdentifiers() throws SQLException {
        return fact(metaData -> metaData.supportsMixedCaseQuotedIdentifiers());
    }

    @Override
    public boolean storesUpperCaseQuotedIdentifiers() throws SQLException {
        return fact(metaData -> metaData.storesUpperCaseQuotedIdentifiers());
    }

    @Override
    public boolean storesLowerCaseQuotedIdentifiers() throws SQLException {
        return fact(metaData -> metaData.storesLowerCaseQuotedIdentifiers());
    }

    @Override
    public boolean storesMixedCaseQuotedIdentifiers() throws SQLException {
        return fact(metaData -> metaData.storesMixedCaseQuotedIdentifiers());
    }

    @Override
    public String getIdentifierQuoteString() throws SQLException {
        return fact(metaData -> metaData.getIdentifierQuoteString());
    }

    @Override
    public String getSQLKeywords() throws SQLException {
        return fact(metaData -> metaData.getSQLKeywords());
    }

    @Override
    public String getNumericFunctions() throws SQLException {
        return fact(metaData -> metaData.getNumericFunctions());
    }

    @Override
    public String getStringFunctions() throws SQLException {
        return fact(metaData -> metaData.getStringFunctions());
    }

    @Override
    public String getSystemFunctions() throws SQLException {
        return fact(metaData -> metaData.getSystemFunctions());
    }

    @Override
    public String getTimeDateFunctions() throws SQLException {
        return fact(metaData -> metaData.getTimeDateFunctions());
    }

    @Override
    public String getSearchStringEscape() throws SQLException {
        return fact(metaData -> metaData.getSearchStringEscape());
    }

    @Override
    public String getExtraNameCharacters() throws SQLException {
        return fact(metaData -> metaData.getExtraNameCharacters());
    }

    @Override
    public boolean supportsAlterTableWithAddColumn() throws SQLException {
        return fact(metaData -> metaData.supportsAlterTableWithAddColumn());
    }

    @Override
    public boolean supportsAlterTableWithDropColumn() throws SQLException {
        return fact(metaData -> metaData.supportsAlterTableWithDropColumn());
    }

    @Override
    public boolean supportsColumnAliasing() throws SQLException {
        return fact(metaData -> metaData.supportsColumnAliasing());
    }

    @Override
    public boolean nullPlusNonNullIsNull() throws SQLException {
        return fact(metaData -> metaData.nullPlusNonNullIsNull());
    }

    @Override
    public boolean supportsConvert() throws SQLException {
        return fact(metaData -> metaData.supportsConvert());
    }

    @Override
    public boolean supportsConvert(int a, int b) throws SQLException {
        return fact(metaData -> metaData.supportsConvert(a, b));
    }

    @Override
    public boolean supportsTableCorrelationNames() throws SQLException {
        return fact(metaData -> metaData.supportsTableCorrelationNames());
    }

    @Override
    public boolean supportsDifferentTableCorrelationNames() throws SQLException {
        return fact(metaData -> metaData.supportsDifferentTableCorrelationNames());
    }

    @Override
    public boolean supportsExpressionsInOrderBy() throws SQLException {
        return fact(metaData -> metaData.supportsExpressionsInOrderBy());
    }

    @Override
    public boolean supportsOrderByUnrelated() throws SQLException {
        return fact(metaData -> metaData.supportsOrderByUnrelated());
    }

    @Override
    public boolean supportsGroupBy() throws SQLException {
        return fact(metaData -> metaData.supportsGroupBy());
    }

    @Override
    public boolean supportsGroupByUnrelated() throws SQLException {
        return fact(metaData -> metaData.supportsGroupByUnrelated());
    }

    @Override
    public boolean supportsGroupByBeyondSelect() throws SQLException {
        return fact(metaData -> metaData.supportsGroupByBeyondSelect());
    }

    @Override
    public boolean supportsLikeEscapeClause() throws SQLException {
        return fact(metaData -> metaData.supportsLikeEscapeClause());
    }

    @Override
    public boolean supportsMultipleResultSets() throws SQLException {
        return fact(metaData -> metaData.supportsMultipleResultSets());
    }

    @Override
    public boolean supportsMultipleTransactions() throws SQLException {
        return fact(metaData -> metaData.supportsMultipleTransactions());
    }

    @Override
    public boolean supportsNonNullableColumns() throws SQLException {
        return fact(metaData -> metaData.supportsNonNullableColumns());
    }

    @Override
    public boolean supportsMinimumSQLGrammar() throws SQLException {
        return fact(metaData -> metaData.supportsMinimumSQLGrammar());
    }

    @Override
    public boolean supportsCoreSQLGrammar() throws SQLException {
        return fact(metaData -> metaData.supportsCoreSQLGrammar());
    }

    @Override
    public boolean supportsExtendedSQLGrammar() throws SQLException {
        return fact(metaData -> metaData.supportsExtendedSQLGrammar());
    }

    @Override
    public boolean supportsANSI92EntryLevelSQL() throws SQLException {
        return fact(metaData -> metaData.supportsANSI92EntryLevelSQL());
    }

    @Override
    public boolean supportsANSI92IntermediateSQL() throws SQLException {
        return fact(metaData -> metaData.supportsANSI92IntermediateSQL());
    }

    @Override
    public boolean supportsANSI92FullSQL() throws SQLException {
        return fact(metaData -> metaData.supportsANSI92FullSQL());
    }

    @Override
    public boolean supportsIntegrityEnhancementFacility() throws SQLException {
        return fact(metaData -> metaData.supportsIntegrityEnhancementFacility());
    }

    @Override
    public boolean supportsOuterJoins() throws SQLException {
        return fact(metaData -> metaData.supportsOuterJoins());
    }

    @Override
    public boolean supportsFullOuterJoins() throws SQLException {
        return fact(metaData -> metaData.supportsFullOuterJoins());
    }

    @Override
    public boolean supportsLimitedOuterJoins() throws SQLException {
        return fact(metaData -> metaData.supportsLimitedOuterJoins());
    }

    @Override
    public String getSchemaTerm() throws SQLException {
        return fact(metaData -> metaData.getSchemaTerm());
    }

    @Override
    public String getProcedureTerm() throws SQLException {
        return fact(metaData -> metaData.getProcedureTerm());
    }

    @Override
    public String getCatalogTerm() throws SQLException {
        return fact(metaData -> metaData.getCatalogTerm());
    }

    @Override
    public boolean isCatalogAtStart() throws SQLException {
        return fact(metaData -> metaData.isCatalogAtStart());
    }

    @Override
    public String getCatalogSeparator() throws SQLException {
        return fact(metaData -> metaData.getCatalogSeparator());
    }

    @Override
    public boolean supportsSchemasInDataManipulation() throws SQLException {
        return fact(metaData -> metaData.supportsSchemasInDataManipulation());
    }

    @Override
    public boolean supportsSchemasInProcedureCalls() throws SQLException {
        return fact(metaData -> metaData.supportsSchemasInProcedureCalls());
    }

    @Override
    public boolean supportsSchemasInTableDefinitions() throws SQLException {
        return fact(metaData -> metaData.supportsSchemasInTableDefinitions());
    }

    @Override
    public boolean supportsSchemasInIndexDefinitions() throws SQLException {
        return fact(metaData -> metaData.supportsSchemasInIndexDefinitions());
    }

    @Override
    public boolean supportsSchemasInPrivilegeDefinitions() throws SQLException {
        return fact(metaData -> metaData.supportsSchemasInPrivilegeDefinitions());
    }

    @Override
    public boolean supportsCatalogsInDataManipulation() throws SQLException {
        return fact(metaData -> metaData.supportsCatalogsInDataManipulation());
    }

    @Override
    public boolean supportsCatalogsInProcedureCalls() throws SQLException {
        return fact(metaData -> metaData.supportsCatalogsInProcedureCalls());
    }

    @Override
    public boolean supportsCatalogsInTableDefinitions() throws SQLException {
        return fact(metaData -> metaData.supportsCatalogsInTableDefinitions());
    }

    @Override
    public boolean supportsCatalogsInIndexDefinitions() throws SQLException {
        return fact(metaData -> metaData.supportsCatalogsInIndexDefinitions());
    }

    @Override
    public boolean supportsCatalogsInPrivilegeDefinitions() throws SQLException {
        return fact(metaData -> metaData.supportsCatalogsInPrivilegeDefinitions());
    }

    @Override
    public boolean supportsPositionedDelete() throws SQLException {
        return fact(metaData -> metaData.supportsPositionedDelete());
    }

    @Override
    public boolean supportsPositionedUpdate() throws SQLException {
        return fact(metaData -> metaData.supportsPositionedUpdate());
    }

    @Override
    public boolean supportsSelectForUpdate() throws SQLException {
        return fact(metaData -> metaData.supportsSelectForUpdate());
    }

    @Override
    public boolean supportsStoredProcedures() throws SQLException {
        return fact(metaData -> metaData.supportsStoredProcedures());
    }

    @Override
    public boolean supportsSubqueriesInComparisons() throws SQLException {
        return fact(metaData -> metaData.supportsSubqueriesInComparisons());
    }

    @Override
    public boolean supportsSubqueriesInExists() throws SQLException {
        return fact(metaData -> metaData.supportsSubqueriesInExists());
    }

    @Override
    public boolean supportsSubqueriesInIns() throws SQLException {
        return fact(metaData -> metaData.supportsSubqueriesInIns());
    }

    @Override
    public boolean supportsSubqueriesInQuantifieds() throws SQLException {
        return fact(metaData -> metaData.supportsSubqueriesInQuantifieds());
    }

    @Override
    public boolean supportsCorrelatedSubqueries() throws SQLException {
        return fact(metaData -> metaData.supportsCorrelatedSubqueries());
    }

    @Override
    public boolean supportsUnion() throws SQLException {
        return fact(metaData -> metaData.supportsUnion());
    }

    @Override
    public boolean supportsUnionAll() throws SQLException {
        return fact(metaData -> metaData.supportsUnionAll());
    }

    @Override
    public boolean supportsOpenCursorsAcrossCommit() throws SQLException {
        return fact(metaData -> metaData.supportsOpenCursorsAcrossCommit());
    }

    @Override
    public boolean supportsOpenCursorsAcrossRollback() throws SQLException {
        return fact(metaData -> metaData.supportsOpenCursorsAcrossRollback());
    }

    @Override
    public boolean supportsOpenStatementsAcrossCommit() throws SQLException {
        return fact(metaData -> metaData.supportsOpenStatementsAcrossCommit());
    }

    @Override
    public boolean supportsOpenStatementsAcrossRollback() throws SQLException {
        return fact(metaData -> metaData.supportsOpenStatementsAcrossRollback());
    }

    @Override
    public int getMaxBinaryLiteralLength() throws SQLException {
        return fact(metaData -> metaData.getMaxBinaryLiteralLength());
    }

    @Override
    public int getMaxCharLiteralLength() throws SQLException {
        return fact(metaData -> metaData.getMaxCharLiteralLength());
    }

    @Override
    public int getMaxColumnNameLength() throws SQLException {
        return fact(metaData -> metaData.getMaxColumnNameLength());
    }

    @Override
    public int getMaxColumnsInGroupBy() throws SQLException {
        return fact(metaData -> metaData.getMaxColumnsInGroupBy());
    }

    @Override
    public int getMaxColumnsInIndex() throws SQLException {
        return fact(metaData -> metaData.getMaxColumnsInIndex());
    }

    @Override
    public int getMaxColumnsInOrderBy() throws SQLException {
        return fact(metaData -> metaData.getMaxColumnsInOrderBy());
    }

    @Override
    public int getMaxColumnsInSelect() throws SQLException {
        return fact(metaData -> metaData.getMaxColumnsInSelect());
    }

    @Override
    public int getMaxColumnsInTable() throws SQLException {
        return fact(metaData -> metaData.getMaxColumnsInTable());
    }

    @Override
    public int getMaxConnections() throws SQLException {
        return fact(metaData -> metaData.getMaxConnections());
    }

    @Override
    public int getMaxCursorNameLength() throws SQLException {
        return fact(metaData -> metaData.getMaxCursorNameLength());
    }

    @Override
    public int getMaxIndexLength() throws SQLException {
        return fact(metaData -> metaData.getMaxIndexLength());
    }

    @Override
    public int getMaxSchemaNameLength() throws SQLException {
        return fact(metaData -> metaData.getMaxSchemaNameLength());
    }

    @Override
    public int getMaxProcedureNameLength() throws SQLException {
        return fact(metaData -> metaData.getMaxProcedureNameLength());
    }

    @Override
    public int getMaxCatalogNameLength() throws SQLException {
        return fact(metaData -> metaData.getMaxCatalogNameLength());
    }

    @Override
    public int getMaxRowSize() throws SQLException {
        return fact(metaData -> metaData.getMaxRowSize());
    }

    @Override
    public boolean doesMaxRowSizeIncludeBlobs() throws SQLException {
        return fact(metaData -> metaData.doesMaxRowSizeIncludeBlobs());
    }

    @Override
    public int getMaxStatementLength() throws SQLException {
        return fact(metaData -> metaData.getMaxStatementLength());
    }

    @Override
    public int getMaxStatements() throws SQLException {
        return fact(metaData -> metaData.getMaxStatements());
    }

    @Override
    public int getMaxTableNameLength() throws SQLException {
        return fact(metaData -> metaData.getMaxTableNameLength());
    }

    @Override
    public int getMaxTablesInSelect() throws SQLException {
        return fact(metaData -> metaData.getMaxTablesInSelect());
    }

    @Override
    public int getMaxUserNameLength() throws SQLException {
        return fact(metaData -> metaData.getMaxUserNameLength());
    }

    @Override
    public int getDefaultTransactionIsolation() throws SQLException {
        return fact(metaData -> metaData.getDefaultTransactionIsolation());
    }

    @Override
    public boolean supportsTransactions() throws SQLException {
        return fact(metaData -> metaData.supportsTransactions());
    }

    @Override
    public boolean supportsTransactionIsolationLevel(int a) throws SQLException {
        return fact(metaData -> metaData.supportsTransactionIsolationLevel(a));
    }

    @Override
    public boolean supportsDataDefinitionAndDataManipulationTransactions() throws SQLException {
        return fact(metaData -> metaData.supportsDataDefinitionAndDataManipulationTransactions());
    }

    @Override
    public boolean supportsDataManipulationTransactionsOnly() throws SQLException {
        return fact(metaData -> metaData.supportsDataManipulationTransactionsOnly());
    }

    @Override
    public boolean dataDefinitionCausesTransactionCommit() throws SQLException {
        return fact(metaData -> metaData.dataDefinitionCausesTransactionCommit());
    }

    @Override
    public boolean dataDefinitionIgnoredInTransactions() throws SQLException {
        return fact(metaData -> metaData.dataDefinitionIgnoredInTransactions());
    }

    @Override
    public ResultSet getProcedures(String a, String b, String c) throws SQLException {
        return rows(metaData -> metaData.getProcedures(a, b, c));
    }

    @Override
    public ResultSet getProcedureColumns(String a, String b, String c, String d) throws SQLException {
        return rows(metaData -> metaData.getProcedureColumns(a, b, c, d));
    }

    @Override
    public ResultSet getTables(String a, String b, String c, String[] d) throws SQLException {
        return rows(metaData -> metaData.getTables(a, b, c, d));
    }

    @Override
    public ResultSet getSchemas() throws SQLException {
        return rows(metaData -> metaData.getSchemas());
    }

    @Override
    public ResultSet getCatalogs() throws SQLException {
        return rows(metaData -> metaData.getCatalogs());
    }

    @Override
    public ResultSet getTableTypes() throws SQLException {
        return rows(metaData -> metaData.getTableTypes());
    }

    @Override
    public ResultSet getColumns(String a, String b, String c, String d) throws SQLException {
        return rows(metaData -> metaData.getColumns(a, b, c, d));
    }

    @Override
    public ResultSet getColumnPrivileges(String a, String b, String c, String d) throws SQLException {
        return rows(metaData -> metaData.getColumnPrivileges(a, b, c, d));
    }

    @Override
    public ResultSet getTablePrivileges(String a, String b, String c) throws SQLException {
        return rows(metaData -> metaData.getTablePrivileges(a, b, c));
    }

    @Override
    public ResultSet getBestRowIdentifier(String a, String b, String c, int d, boolean e) throws SQLException {
        return rows(metaData -> metaData.getBestRowIdentifier(a, b, c, d, e));
    }

    @Override
    public ResultSet getVersionColumns(String a, String b, String c) throws SQLException {
        return rows(metaData -> metaData.getVersionColumns(a, b, c));
    }

    @Override
    public ResultSet getPrimaryKeys(String a, String b, String c) throws SQLException {
        return rows(metaData -> metaData.getPrimaryKeys(a, b, c));
    }

    @Override
    public ResultSet getImportedKeys(String a, String b, String c) throws SQLException {
        return rows(metaData -> metaData.getImportedKeys(a, b, c));
    }

    @Override
    public ResultSet getExportedKeys(String a, String b, String c) throws SQLException {
        return rows(metaData -> metaData.getExportedKeys(a, b, c));
    }

    @Override
    public ResultSet getCrossReference(String a, String b, String c, String d, String e, String f) throws SQLException {
        return rows(metaData -> metaData.getCrossReference(a, b, c, d, e, f));
    }

    @Override
    public ResultSet getTypeInfo() throws SQLException {
        return rows(metaData -> metaData.getTypeInfo());
    }

    @Override
    public ResultSet getIndexInfo(String a, String b, String c, boolean d, boolean e) throws SQLException {
        return rows(metaData -> metaData.getIndexInfo(a, b, c, d, e));
    }

    @Override
    public boolean supportsResultSetType(int a) throws SQLException {
        return fact(metaData -> metaData.supportsResultSetType(a));
    }

    @Override
    public boolean supportsResultSetConcurrency(int a, int b) throws SQLException {
        return fact(metaData -> metaData.supportsResultSetConcurrency(a, b));
    }

    @Override
    public boolean ownUpdatesAreVisible(int a) throws SQLException {
        return fact(metaData -> metaData.ownUpdatesAreVisible(a));
    }

    @Override
    public boolean ownDeletesAreVisible(int a) throws SQLException {
        return fact(metaData -> metaData.ownDeletesAreVisible(a));
    }

    @Override
    public boolean ownInsertsAreVisible(int a) throws SQLException {
        return fact(metaData -> metaData.ownInsertsAreVisible(a));
    }

    @Override
    public boolean othersUpdatesAreVisible(int a) throws SQLException {
        return fact(metaData -> metaData.othersUpdatesAreVisible(a));
    }

    @Override
    public boolean othersDeletesAreVisible(int a) throws SQLException {
        return fact(metaData -> metaData.othersDeletesAreVisible(a));
    }

    @Override
    public boolean othersInsertsAreVisible(int a) throws SQLException {
        return fact(metaData -> metaData.othersInsertsAreVisible(a));
    }

    @Override
    public boolean updatesAreDetected(int a) throws SQLException {
        return fact(metaData -> metaData.updatesAreDetected(a));
    }

    @Override
    public boolean deletesAreDetected(int a) throws SQLException {
        return fact(metaData -> metaData.deletesAreDetected(a));
    }

    @Override
    public boolean insertsAreDetected(int a) throws SQLException {
        return fact(metaData -> metaData.insertsAreDetected(a));
    }

    @Override
    public boolean supportsBatchUpdates() throws SQLException {
        return fact(metaData -> metaData.supportsBatchUpdates());
    }

    @Override
    public ResultSet getUDTs(String a, String b, String c, int[] d) throws SQLException {
        return rows(metaData -> metaData.getUDTs(a, b, c, d));
    }

    @Override
    public boolean supportsSavepoints() throws SQLException {
        return fact(metaData -> metaData.supportsSavepoints());
    }

    @Override
    public boolean supportsNamedParameters() throws SQLException {
        return fact(metaData -> metaData.supportsNamedParameters());
    }

    @Override
    public boolean supportsMultipleOpenResults() throws SQLException {
        return fact(metaData -> metaData.supportsMultipleOpenResults());
    }

    @Override
    public boolean supportsGetGeneratedKeys() throws SQLException {
        return fact(metaData -> metaData.supportsGetGeneratedKeys());
    }

    @Override
    public ResultSet getSuperTypes(String a, String b, String c) throws SQLException {
        return rows(metaData -> metaData.getSuperTypes(a, b, c));
    }

    @Override
    public ResultSet getSuperTables(String a, String b, String c) throws SQLException {
        return rows(metaData -> metaData.getSuperTables(a, b, c));
    }

    @Override
    public ResultSet getAttributes(String a, String b, String c, String d) throws SQLException {
        return rows(metaData -> metaData.getAttributes(a, b, c, d));
    }

    @Override
    public boolean supportsResultSetHoldability(int a) throws SQLException {
        return fact(metaData -> metaData.supportsResultSetHoldability(a));
    }

    @Override
    public int getResultSetHoldability() throws SQLException {
        return fact(metaData -> metaData.getResultSetHoldability());
    }

    @Override
    public int getDatabaseMajorVersion() throws SQLException {
        return fact(metaData -> metaData.getDatabaseMajorVersion());
    }

    @Override
    public int getDatabaseMinorVersion() throws SQLException {
        return fact(metaData -> metaData.getDatabaseMinorVersion());
    }

    @Override
    public int getJDBCMajorVersion() throws SQLException {
        return fact(metaData -> metaData.getJDBCMajorVersion());
    }

    @Override
    public int getJDBCMinorVersion() throws SQLException {
        return fact(metaData -> metaData.getJDBCMinorVersion());
    }

    @Override
    public int getSQLStateType() throws SQLException {
        return fact(metaData -> metaData.getSQLStateType());
    }

    @Override
    public boolean locatorsUpdateCopy() throws SQLException {
        return fact(metaData -> metaData.locatorsUpdateCopy());
    }

    @Override
    public boolean supportsStatementPooling() throws SQLException {
        return fact(metaData -> metaData.supportsStatementPooling());
    }

    @Override
    public RowIdLifetime getRowIdLifetime() throws SQLException {
        return fact(metaData -> metaData.getRowIdLifetime());
    }

    @Override
    public ResultSet getSchemas(String a, String b) throws SQLException {
        return rows(metaData -> metaData.getSchemas(a, b));
    }

    @Override
    public boolean supportsStoredFunctionsUsingCallSyntax() throws SQLException {
        return fact(metaData -> metaData.supportsStoredFunctionsUsingCallSyntax());
    }

    @Override
    public boolean autoCommitFailureClosesAllResultSets() throws SQLException {
        return fact(metaData -> metaData.autoCommitFailureClosesAllResultSets());
    }

    @Override
    public ResultSet getClientInfoProperties() throws SQLException {
        return rows(metaData -> metaData.getClientInfoProperties());
    }

    @Override
    public ResultSet getFunctions(String a, String b, String c) throws SQLException {
        return rows(metaData -> metaData.getFunctions(a, b, c));
    }

    @Override
    public ResultSet getFunctionColumns(String a, String b, String c, String d) throws SQLException {
        return rows(metaData -> metaData.getFunctionColumns(a, b, c, d));
    }

    @Override
    public ResultSet getPseudoColumns(String a, String b, String c, String d) throws SQLException {
        return rows(metaData -> metaData.getPseudoColumns(a, b, c, d));
    }

    @Override
    public boolean generatedKeyAlwaysReturned() throws SQLException {
        return fact(metaData -> metaData.generatedKeyAlwaysReturned());
    }

    @Override
    public long getMaxLogicalLobSize() throws SQLException {
        return fact(metaData -> metaData.getMaxLogicalLobSize());
    }

    @Override
    public boolean supportsRefCursors() throws SQLException {
        return fact(metaData -> metaData.supportsRefCursors());
    }

    @Override
    public boolean supportsSharding() throws SQLException {
        return fact(metaData -> metaData.supportsSharding());
    }
}
