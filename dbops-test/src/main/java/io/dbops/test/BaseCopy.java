package io.dbops.test;

import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.SQLException;
import java.util.List;
import java.util.Set;

/**
 * Copies the data directory of a running primary, between the two calls of PostgreSQL's low-level backup API.
 *
 * <p>The binaries contain no {@code pg_basebackup}, and both directories are on this machine, so files are simply
 * copied. A file may vanish or change meanwhile: the WAL that the copy replays, beginning at its {@code backup_label},
 * repairs that.
 */
final class BaseCopy {
    /** Directories of which only the empty directory is copied. */
    private static final Set<String> WITHOUT_CONTENT = Set.of(
            "pg_wal",
            "pg_replslot",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_stat_tmp",
            "pg_subtrans",
            "pgsql_tmp");

    private static final Set<String> NOT_COPIED =
            Set.of("postmaster.pid", "postmaster.opts", "pg_internal.init", "standby.signal", "recovery.signal");

    private BaseCopy() {}

    /**
     * Makes copies from which servers can recover; several cost one checkpoint.
     *
     * @param source the data directory of the server that {@code control} is connected to
     * @param targets directories that do not exist yet
     */
    static void copy(PostgresControl control, Path source, List<DataDirectory> targets)
            throws IOException, SQLException {
        control.startBackup();
        for (DataDirectory target : targets) {
            Files.walkFileTree(source, new Copy(source, target.path()));
        }
        String label = control.stopBackup();
        for (DataDirectory target : targets) {
            Files.writeString(target.path().resolve("backup_label"), label);
            target.privileges().handOver(target.path());
        }
    }

    private static final class Copy extends SimpleFileVisitor<Path> {
        private final Path source;
        private final Path target;

        private Copy(Path source, Path target) {
            this.source = source;
            this.target = target;
        }

        @Override
        public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
            Files.copy(directory, inTarget(directory)); // with its mode, which must stay 0700
            return WITHOUT_CONTENT.contains(nameOf(directory))
                    ? FileVisitResult.SKIP_SUBTREE
                    : FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
            if (!NOT_COPIED.contains(nameOf(file))) {
                try {
                    Files.copy(file, inTarget(file));
                } catch (NoSuchFileException vanished) {
                    // its removal is in the WAL
                }
            }
            return FileVisitResult.CONTINUE;
        }

        @Override
        public FileVisitResult visitFileFailed(Path file, IOException failure) throws IOException {
            if (failure instanceof NoSuchFileException) {
                return FileVisitResult.CONTINUE;
            }
            throw failure;
        }

        private Path inTarget(Path path) {
            return target.resolve(source.relativize(path));
        }

        private static String nameOf(Path path) {
            return String.valueOf(path.getFileName());
        }
    }
}
