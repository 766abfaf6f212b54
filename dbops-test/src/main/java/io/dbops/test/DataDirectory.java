package io.dbops.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;

/**
 * The data directory of one node and the configuration files in it.
 *
 * @param path the directory
 * @param privileges whose the files must be
 */
record DataDirectory(Path path, Privileges privileges) {
    /** Settings that the cluster must decide itself. */
    static final Set<String> RESERVED = Set.of(
            "data_directory",
            "hba_file",
            "listen_addresses",
            "logging_collector",
            "log_destination",
            "port",
            "primary_conninfo",
            "primary_slot_name",
            "unix_socket_directories");

    private static final Set<String> STANDBY_SETTINGS =
            Set.of("primary_conninfo", "primary_slot_name", "recovery_min_apply_delay");

    /**
     * Nothing here survives the machine, so nothing is synced. Shared memory lives in the data directory, because a
     * server that is killed leaves it behind. The WAL that is kept bridges a promotion, until the other standbys have
     * slots on the new primary. Standbys look for their primary ten times a second instead of every five seconds.
     */
    private static final Map<String, String> DEFAULTS = Map.ofEntries(
            Map.entry("listen_addresses", "127.0.0.1"),
            Map.entry("unix_socket_directories", ""),
            Map.entry("fsync", "off"),
            Map.entry("dynamic_shared_memory_type", "mmap"),
            Map.entry("shared_buffers", "32MB"),
            Map.entry("max_connections", "100"),
            Map.entry("wal_level", "replica"),
            Map.entry("hot_standby", "on"),
            Map.entry("max_wal_senders", "10"),
            Map.entry("max_replication_slots", "10"),
            Map.entry("wal_keep_size", "256MB"),
            Map.entry("wal_retrieve_retry_interval", "100ms"),
            Map.entry("password_encryption", "scram-sha-256"));

    private static final String HBA = """
            host all         all 127.0.0.1/32 scram-sha-256
            host replication all 127.0.0.1/32 scram-sha-256
            """;

    /** Creates a new, empty database system with its superuser. Takes most of a second. */
    void initialise(PostgresBinaries binaries, Map<String, String> settings) throws IOException {
        Path password = sibling(".password");
        Path log = sibling(".initdb.log");
        Files.writeString(password, PostgresControl.SUPERUSER_PASSWORD);
        privileges.handOver(password);
        List<String> initdb = List.of(
                binaries.program("initdb"),
                "-D",
                path.toString(),
                "--username=" + PostgresControl.SUPERUSER,
                "--pwfile=" + password,
                "--auth=scram-sha-256",
                "--encoding=UTF8",
                "--locale=C",
                "--no-sync");
        if (ServerProcess.run(privileges.wrap(initdb), path.resolveSibling("."), log) != 0) {
            throw new ClusterException("initdb failed: " + Files.readString(log).trim());
        }
        Files.delete(password);
        Files.delete(log);
        configure(settings);
    }

    private void configure(Map<String, String> settings) throws IOException {
        List<String> lines = new ArrayList<>(List.of("", "# Embedded cluster"));
        Stream.concat(DEFAULTS.entrySet().stream(), settings.entrySet().stream()) // the last one counts
                .forEach(setting -> lines.add(line(setting.getKey(), setting.getValue())));
        Files.write(path.resolve("postgresql.conf"), lines, StandardOpenOption.APPEND);
        Files.writeString(path.resolve("pg_hba.conf"), HBA);
    }

    /** Makes the server a standby of the given one, from its next start or reload on. */
    void configureStandby(String name, int primaryPort) throws IOException {
        String conninfo = "host=127.0.0.1 port=" + primaryPort + " user=" + PostgresControl.REPLICATOR + " password="
                + PostgresControl.REPLICATOR_PASSWORD + " application_name=" + name
                + " sslmode=disable gssencmode=disable connect_timeout=5";
        Path autoConf = path.resolve("postgresql.auto.conf");
        List<String> lines = new ArrayList<>(Files.readAllLines(autoConf));
        lines.removeIf(line -> STANDBY_SETTINGS.contains(line.split("\\s*=", 2)[0].trim()));
        lines.add(line("primary_conninfo", conninfo));
        lines.add(line("primary_slot_name", PostgresControl.slotOf(name)));
        Files.write(autoConf, lines);
        if (!isStandby()) {
            privileges.handOver(Files.createFile(standbySignal()));
        }
    }

    private static String line(String name, String value) {
        return name + " = '" + value.replace("\\", "\\\\").replace("'", "''") + "'";
    }

    /**
     * Whether the server is a standby, or will be one when it starts. The server removes the mark when it is promoted.
     */
    boolean isStandby() {
        return Files.exists(standbySignal());
    }

    private Path standbySignal() {
        return path.resolve("standby.signal");
    }

    private Path sibling(String suffix) {
        return path.resolveSibling(path.getFileName() + suffix);
    }
}
