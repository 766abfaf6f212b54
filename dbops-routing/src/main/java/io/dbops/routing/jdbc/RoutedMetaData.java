package io.dbops.routing.jdbc;

import java.sql.Connection;
import java.sql.DatabaseMetaData;
import java.sql.ResultSet;
import java.sql.RowIdLifetime;
import java.sql.SQLException;

/**
 * The metadata of a {@link RoutedConnection}: asks whichever physical connection is current, so that nothing leads past
 * the routed connection. Rows keep their physical connection until the routed one is closed.
 */
final class RoutedMetaData implements DatabaseMetaData {

    private final RoutedConnection connection;

    RoutedMetaData(RoutedConnection connection) {
        this.connection = connection;
    }

    private DatabaseMetaData current() throws SQLException {
        return connection.current().connection().getMetaData();
    }

    @FunctionalInterface
    private interface DriverVersion {
        int of(DatabaseMetaData metaData);
    }

    private int unchecked(DriverVersion version) {
        try {
            return version.of(current());
        } catch (SQLException e) {
            throw new IllegalStateException("there is no connection to ask", e);
        }
    }

    @FunctionalInterface
    private interface Question {
        ResultSet ask(DatabaseMetaData metaData) throws SQLException;
    }

    private ResultSet rows(Question question) throws SQLException {
        Lease lease = connection.current();
        ResultSet rows = question.ask(lease.connection().getMetaData());
        lease.opened();
        return new RoutedResultSet(null, rows);
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
        return iface.isInstance(this) || current().isWrapperFor(iface);
    }

    @Override
    public boolean allProceduresAreCallable() throws SQLException {
        return current().allProceduresAreCallable();
    }

    @Override
    public boolean allTablesAreSelectable() throws SQLException {
        return current().allTablesAreSelectable();
    }

    @Override
    public String getURL() throws SQLException {
        return current().getURL();
    }

    @Override
    public String getUserName() throws SQLException {
        return current().getUserName();
    }

    @Override
    public boolean isReadOnly() throws SQLException {
        return current().isReadOnly();
    }

    @Override
    public boolean nullsAreSortedHigh() throws SQLException {
        return current().nullsAreSortedHigh();
    }

    @Override
    public boolean nullsAreSortedLow() throws SQLException {
        return current().nullsAreSortedLow();
    }

    @Override
    public boolean nullsAreSortedAtStart() throws SQLException {
        return current().nullsAreSortedAtStart();
    }

    @Override
    public boolean nullsAreSortedAtEnd() throws SQLException {
        return current().nullsAreSortedAtEnd();
    }

    @Override
    public String getDatabaseProductName() throws SQLException {
        return current().getDatabaseProductName();
    }

    @Override
    public String getDatabaseProductVersion() throws SQLException {
        return current().getDatabaseProductVersion();
    }

    @Override
    public String getDriverName() throws SQLException {
        return current().getDriverName();
    }

    @Override
    public String getDriverVersion() throws SQLException {
        return current().getDriverVersion();
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
        return current().usesLocalFiles();
    }

    @Override
    public boolean usesLocalFilePerTable() throws SQLException {
        return current().usesLocalFilePerTable();
    }

    @Override
    public boolean supportsMixedCaseIdentifiers() throws SQLException {
        return current().supportsMixedCaseIdentifiers();
    }

    @Override
    public boolean storesUpperCaseIdentifiers() throws SQLException {
        return current().storesUpperCaseIdentifiers();
    }

    @Override
    public boolean storesLowerCaseIdentifiers() throws SQLException {
        return current().storesLowerCaseIdentifiers();
    }

    @Override
    public boolean storesMixedCaseIdentifiers() throws SQLException {
        return current().storesMixedCaseIdentifiers();
    }

    @Override
    public boolean supportsMixedCaseQuotedIdentifiers() throws SQLException {
        return current().supportsMixedCaseQuotedIdentifiers();
    }

    @Override
    public boolean storesUpperCaseQuotedIdentifiers() throws SQLException {
        return current().storesUpperCaseQuotedIdentifiers();
    }

    @Override
    public boolean storesLowerCaseQuotedIdentifiers() throws SQLException {
        return current().storesLowerCaseQuotedIdentifiers();
    }

    @Override
    public boolean storesMixedCaseQuotedIdentifiers() throws SQLException {
        return current().storesMixedCaseQuotedIdentifiers();
    }

    @Override
    public String getIdentifierQuoteString() throws SQLException {
        return current().getIdentifierQuoteString();
    }

    @Override
    public String getSQLKeywords() throws SQLException {
        return current().getSQLKeywords();
    }

    @Override
    public String getNumericFunctions() throws SQLException {
        return current().getNumericFunctions();
    }

    @Override
    public String getStringFunctions() throws SQLException {
        return current().getStringFunctions();
    }

    @Override
    public String getSystemFunctions() throws SQLException {
        return current().getSystemFunctions();
    }

    @Override
    public String getTimeDateFunctions() throws SQLException {
        return current().getTimeDateFunctions();
    }

    @Override
    public String getSearchStringEscape() throws SQLException {
        return current().getSearchStringEscape();
    }

    @Override
    public String getExtraNameCharacters() throws SQLException {
        return current().getExtraNameCharacters();
    }

    @Override
    public boolean supportsAlterTableWithAddColumn() throws SQLException {
        return current().supportsAlterTableWithAddColumn();
    }

    @Override
    public boolean supportsAlterTableWithDropColumn() throws SQLException {
        return current().supportsAlterTableWithDropColumn();
    }

    @Override
    public boolean supportsColumnAliasing() throws SQLException {
        return current().supportsColumnAliasing();
    }

    @Override
    public boolean nullPlusNonNullIsNull() throws SQLException {
        return current().nullPlusNonNullIsNull();
    }

    @Override
    public boolean supportsConvert() throws SQLException {
        return current().supportsConvert();
    }

    @Override
    public boolean supportsConvert(int a, int b) throws SQLException {
        return current().supportsConvert(a, b);
    }

    @Override
    public boolean supportsTableCorrelationNames() throws SQLException {
        return current().supportsTableCorrelationNames();
    }

    @Override
    public boolean supportsDifferentTableCorrelationNames() throws SQLException {
        return current().supportsDifferentTableCorrelationNames();
    }

    @Override
    public boolean supportsExpressionsInOrderBy() throws SQLException {
        return current().supportsExpressionsInOrderBy();
    }

    @Override
    public boolean supportsOrderByUnrelated() throws SQLException {
        return current().supportsOrderByUnrelated();
    }

    @Override
    public boolean supportsGroupBy() throws SQLException {
        return current().supportsGroupBy();
    }

    @Override
    public boolean supportsGroupByUnrelated() throws SQLException {
        return current().supportsGroupByUnrelated();
    }

    @Override
    public boolean supportsGroupByBeyondSelect() throws SQLException {
        return current().supportsGroupByBeyondSelect();
    }

    @Override
    public boolean supportsLikeEscapeClause() throws SQLException {
        return current().supportsLikeEscapeClause();
    }

    @Override
    public boolean supportsMultipleResultSets() throws SQLException {
        return current().supportsMultipleResultSets();
    }

    @Override
    public boolean supportsMultipleTransactions() throws SQLException {
        return current().supportsMultipleTransactions();
    }

    @Override
    public boolean supportsNonNullableColumns() throws SQLException {
        return current().supportsNonNullableColumns();
    }

    @Override
    public boolean supportsMinimumSQLGrammar() throws SQLException {
        return current().supportsMinimumSQLGrammar();
    }

    @Override
    public boolean supportsCoreSQLGrammar() throws SQLException {
        return current().supportsCoreSQLGrammar();
    }

    @Override
    public boolean supportsExtendedSQLGrammar() throws SQLException {
        return current().supportsExtendedSQLGrammar();
    }

    @Override
    public boolean supportsANSI92EntryLevelSQL() throws SQLException {
        return current().supportsANSI92EntryLevelSQL();
    }

    @Override
    public boolean supportsANSI92IntermediateSQL() throws SQLException {
        return current().supportsANSI92IntermediateSQL();
    }

    @Override
    public boolean supportsANSI92FullSQL() throws SQLException {
        return current().supportsANSI92FullSQL();
    }

    @Override
    public boolean supportsIntegrityEnhancementFacility() throws SQLException {
        return current().supportsIntegrityEnhancementFacility();
    }

    @Override
    public boolean supportsOuterJoins() throws SQLException {
        return current().supportsOuterJoins();
    }

    @Override
    public boolean supportsFullOuterJoins() throws SQLException {
        return current().supportsFullOuterJoins();
    }

    @Override
    public boolean supportsLimitedOuterJoins() throws SQLException {
        return current().supportsLimitedOuterJoins();
    }

    @Override
    public String getSchemaTerm() throws SQLException {
        return current().getSchemaTerm();
    }

    @Override
    public String getProcedureTerm() throws SQLException {
        return current().getProcedureTerm();
    }

    @Override
    public String getCatalogTerm() throws SQLException {
        return current().getCatalogTerm();
    }

    @Override
    public boolean isCatalogAtStart() throws SQLException {
        return current().isCatalogAtStart();
    }

    @Override
    public String getCatalogSeparator() throws SQLException {
        return current().getCatalogSeparator();
    }

    @Override
    public boolean supportsSchemasInDataManipulation() throws SQLException {
        return current().supportsSchemasInDataManipulation();
    }

    @Override
    public boolean supportsSchemasInProcedureCalls() throws SQLException {
        return current().supportsSchemasInProcedureCalls();
    }

    @Override
    public boolean supportsSchemasInTableDefinitions() throws SQLException {
        return current().supportsSchemasInTableDefinitions();
    }

    @Override
    public boolean supportsSchemasInIndexDefinitions() throws SQLException {
        return current().supportsSchemasInIndexDefinitions();
    }

    @Override
    public boolean supportsSchemasInPrivilegeDefinitions() throws SQLException {
        return current().supportsSchemasInPrivilegeDefinitions();
    }

    @Override
    public boolean supportsCatalogsInDataManipulation() throws SQLException {
        return current().supportsCatalogsInDataManipulation();
    }

    @Override
    public boolean supportsCatalogsInProcedureCalls() throws SQLException {
        return current().supportsCatalogsInProcedureCalls();
    }

    @Override
    public boolean supportsCatalogsInTableDefinitions() throws SQLException {
        return current().supportsCatalogsInTableDefinitions();
    }

    @Override
    public boolean supportsCatalogsInIndexDefinitions() throws SQLException {
        return current().supportsCatalogsInIndexDefinitions();
    }

    @Override
    public boolean supportsCatalogsInPrivilegeDefinitions() throws SQLException {
        return current().supportsCatalogsInPrivilegeDefinitions();
    }

    @Override
    public boolean supportsPositionedDelete() throws SQLException {
        return current().supportsPositionedDelete();
    }

    @Override
    public boolean supportsPositionedUpdate() throws SQLException {
        return current().supportsPositionedUpdate();
    }

    @Override
    public boolean supportsSelectForUpdate() throws SQLException {
        return current().supportsSelectForUpdate();
    }

    @Override
    public boolean supportsStoredProcedures() throws SQLException {
        return current().supportsStoredProcedures();
    }

    @Override
    public boolean supportsSubqueriesInComparisons() throws SQLException {
        return current().supportsSubqueriesInComparisons();
    }

    @Override
    public boolean supportsSubqueriesInExists() throws SQLException {
        return current().supportsSubqueriesInExists();
    }

    @Override
    public boolean supportsSubqueriesInIns() throws SQLException {
        return current().supportsSubqueriesInIns();
    }

    @Override
    public boolean supportsSubqueriesInQuantifieds() throws SQLException {
        return current().supportsSubqueriesInQuantifieds();
    }

    @Override
    public boolean supportsCorrelatedSubqueries() throws SQLException {
        return current().supportsCorrelatedSubqueries();
    }

    @Override
    public boolean supportsUnion() throws SQLException {
        return current().supportsUnion();
    }

    @Override
    public boolean supportsUnionAll() throws SQLException {
        return current().supportsUnionAll();
    }

    @Override
    public boolean supportsOpenCursorsAcrossCommit() throws SQLException {
        return current().supportsOpenCursorsAcrossCommit();
    }

    @Override
    public boolean supportsOpenCursorsAcrossRollback() throws SQLException {
        return current().supportsOpenCursorsAcrossRollback();
    }

    @Override
    public boolean supportsOpenStatementsAcrossCommit() throws SQLException {
        return current().supportsOpenStatementsAcrossCommit();
    }

    @Override
    public boolean supportsOpenStatementsAcrossRollback() throws SQLException {
        return current().supportsOpenStatementsAcrossRollback();
    }

    @Override
    public int getMaxBinaryLiteralLength() throws SQLException {
        return current().getMaxBinaryLiteralLength();
    }

    @Override
    public int getMaxCharLiteralLength() throws SQLException {
        return current().getMaxCharLiteralLength();
    }

    @Override
    public int getMaxColumnNameLength() throws SQLException {
        return current().getMaxColumnNameLength();
    }

    @Override
    public int getMaxColumnsInGroupBy() throws SQLException {
        return current().getMaxColumnsInGroupBy();
    }

    @Override
    public int getMaxColumnsInIndex() throws SQLException {
        return current().getMaxColumnsInIndex();
    }

    @Override
    public int getMaxColumnsInOrderBy() throws SQLException {
        return current().getMaxColumnsInOrderBy();
    }

    @Override
    public int getMaxColumnsInSelect() throws SQLException {
        return current().getMaxColumnsInSelect();
    }

    @Override
    public int getMaxColumnsInTable() throws SQLException {
        return current().getMaxColumnsInTable();
    }

    @Override
    public int getMaxConnections() throws SQLException {
        return current().getMaxConnections();
    }

    @Override
    public int getMaxCursorNameLength() throws SQLException {
        return current().getMaxCursorNameLength();
    }

    @Override
    public int getMaxIndexLength() throws SQLException {
        return current().getMaxIndexLength();
    }

    @Override
    public int getMaxSchemaNameLength() throws SQLException {
        return current().getMaxSchemaNameLength();
    }

    @Override
    public int getMaxProcedureNameLength() throws SQLException {
        return current().getMaxProcedureNameLength();
    }

    @Override
    public int getMaxCatalogNameLength() throws SQLException {
        return current().getMaxCatalogNameLength();
    }

    @Override
    public int getMaxRowSize() throws SQLException {
        return current().getMaxRowSize();
    }

    @Override
    public boolean doesMaxRowSizeIncludeBlobs() throws SQLException {
        return current().doesMaxRowSizeIncludeBlobs();
    }

    @Override
    public int getMaxStatementLength() throws SQLException {
        return current().getMaxStatementLength();
    }

    @Override
    public int getMaxStatements() throws SQLException {
        return current().getMaxStatements();
    }

    @Override
    public int getMaxTableNameLength() throws SQLException {
        return current().getMaxTableNameLength();
    }

    @Override
    public int getMaxTablesInSelect() throws SQLException {
        return current().getMaxTablesInSelect();
    }

    @Override
    public int getMaxUserNameLength() throws SQLException {
        return current().getMaxUserNameLength();
    }

    @Override
    public int getDefaultTransactionIsolation() throws SQLException {
        return current().getDefaultTransactionIsolation();
    }

    @Override
    public boolean supportsTransactions() throws SQLException {
        return current().supportsTransactions();
    }

    @Override
    public boolean supportsTransactionIsolationLevel(int a) throws SQLException {
        return current().supportsTransactionIsolationLevel(a);
    }

    @Override
    public boolean supportsDataDefinitionAndDataManipulationTransactions() throws SQLException {
        return current().supportsDataDefinitionAndDataManipulationTransactions();
    }

    @Override
    public boolean supportsDataManipulationTransactionsOnly() throws SQLException {
        return current().supportsDataManipulationTransactionsOnly();
    }

    @Override
    public boolean dataDefinitionCausesTransactionCommit() throws SQLException {
        return current().dataDefinitionCausesTransactionCommit();
    }

    @Override
    public boolean dataDefinitionIgnoredInTransactions() throws SQLException {
        return current().dataDefinitionIgnoredInTransactions();
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
        return current().supportsResultSetType(a);
    }

    @Override
    public boolean supportsResultSetConcurrency(int a, int b) throws SQLException {
        return current().supportsResultSetConcurrency(a, b);
    }

    @Override
    public boolean ownUpdatesAreVisible(int a) throws SQLException {
        return current().ownUpdatesAreVisible(a);
    }

    @Override
    public boolean ownDeletesAreVisible(int a) throws SQLException {
        return current().ownDeletesAreVisible(a);
    }

    @Override
    public boolean ownInsertsAreVisible(int a) throws SQLException {
        return current().ownInsertsAreVisible(a);
    }

    @Override
    public boolean othersUpdatesAreVisible(int a) throws SQLException {
        return current().othersUpdatesAreVisible(a);
    }

    @Override
    public boolean othersDeletesAreVisible(int a) throws SQLException {
        return current().othersDeletesAreVisible(a);
    }

    @Override
    public boolean othersInsertsAreVisible(int a) throws SQLException {
        return current().othersInsertsAreVisible(a);
    }

    @Override
    public boolean updatesAreDetected(int a) throws SQLException {
        return current().updatesAreDetected(a);
    }

    @Override
    public boolean deletesAreDetected(int a) throws SQLException {
        return current().deletesAreDetected(a);
    }

    @Override
    public boolean insertsAreDetected(int a) throws SQLException {
        return current().insertsAreDetected(a);
    }

    @Override
    public boolean supportsBatchUpdates() throws SQLException {
        return current().supportsBatchUpdates();
    }

    @Override
    public ResultSet getUDTs(String a, String b, String c, int[] d) throws SQLException {
        return rows(metaData -> metaData.getUDTs(a, b, c, d));
    }

    @Override
    public boolean supportsSavepoints() throws SQLException {
        return current().supportsSavepoints();
    }

    @Override
    public boolean supportsNamedParameters() throws SQLException {
        return current().supportsNamedParameters();
    }

    @Override
    public boolean supportsMultipleOpenResults() throws SQLException {
        return current().supportsMultipleOpenResults();
    }

    @Override
    public boolean supportsGetGeneratedKeys() throws SQLException {
        return current().supportsGetGeneratedKeys();
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
        return current().supportsResultSetHoldability(a);
    }

    @Override
    public int getResultSetHoldability() throws SQLException {
        return current().getResultSetHoldability();
    }

    @Override
    public int getDatabaseMajorVersion() throws SQLException {
        return current().getDatabaseMajorVersion();
    }

    @Override
    public int getDatabaseMinorVersion() throws SQLException {
        return current().getDatabaseMinorVersion();
    }

    @Override
    public int getJDBCMajorVersion() throws SQLException {
        return current().getJDBCMajorVersion();
    }

    @Override
    public int getJDBCMinorVersion() throws SQLException {
        return current().getJDBCMinorVersion();
    }

    @Override
    public int getSQLStateType() throws SQLException {
        return current().getSQLStateType();
    }

    @Override
    public boolean locatorsUpdateCopy() throws SQLException {
        return current().locatorsUpdateCopy();
    }

    @Override
    public boolean supportsStatementPooling() throws SQLException {
        return current().supportsStatementPooling();
    }

    @Override
    public RowIdLifetime getRowIdLifetime() throws SQLException {
        return current().getRowIdLifetime();
    }

    @Override
    public ResultSet getSchemas(String a, String b) throws SQLException {
        return rows(metaData -> metaData.getSchemas(a, b));
    }

    @Override
    public boolean supportsStoredFunctionsUsingCallSyntax() throws SQLException {
        return current().supportsStoredFunctionsUsingCallSyntax();
    }

    @Override
    public boolean autoCommitFailureClosesAllResultSets() throws SQLException {
        return current().autoCommitFailureClosesAllResultSets();
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
        return current().generatedKeyAlwaysReturned();
    }

    @Override
    public long getMaxLogicalLobSize() throws SQLException {
        return current().getMaxLogicalLobSize();
    }

    @Override
    public boolean supportsRefCursors() throws SQLException {
        return current().supportsRefCursors();
    }

    @Override
    public boolean supportsSharding() throws SQLException {
        return current().supportsSharding();
    }
}
