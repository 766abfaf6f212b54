package io.dbops.test;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.JarURLConnection;
import java.net.URL;
import java.net.URLConnection;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;
import java.util.zip.CRC32;
import java.util.zip.CheckedInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.tukaani.xz.XZInputStream;

/**
 * A directory in which each archive of server binaries is unpacked once for all JVMs of this user.
 *
 * <p>A tree is unpacked beside its final place and renamed, so whoever sees it sees all of it; of two JVMs that unpack
 * at the same time one throws its copy away. Its name is the archive's checksum and length, so a new artifact never
 * meets an old tree.
 *
 * @param root the directory; it and its parents are created when needed
 */
record BinaryCache(Path root) {
    private static final Logger log = LoggerFactory.getLogger(BinaryCache.class);

    /** The system property that moves the cache. */
    static final String PROPERTY = "dbops.test.cache";

    /** Whoever the servers run as must be able to read and run them. */
    private static final Set<PosixFilePermission> EXECUTABLE = PosixFilePermissions.fromString("rwxr-xr-x");

    private static final Set<PosixFilePermission> READABLE = PosixFilePermissions.fromString("rw-r--r--");
    private static final String VERSION_FILE = "VERSION";
    private static final String BANNER = "postgres (PostgreSQL) ";

    /** Returns the user's cache, or one under {@code java.io.tmpdir} where another user must be able to read it. */
    static BinaryCache forPrograms(Privileges privileges) {
        String configured = System.getProperty(PROPERTY);
        if (configured != null) {
            return new BinaryCache(Path.of(configured).toAbsolutePath());
        }
        Path home = Path.of(System.getProperty("user.home", "/"));
        if (!privileges.changesUser() && Files.isWritable(home)) {
            return new BinaryCache(home.resolve(".cache/dbops/postgres"));
        }
        String user = System.getProperty("user.name", "user");
        return new BinaryCache(Path.of(System.getProperty("java.io.tmpdir", "/tmp"), "dbops-" + user, "postgres"));
    }

    /** Returns the binaries of an archive, unpacking it if nobody has yet. Takes some seconds then. */
    PostgresBinaries unpacked(URL archive) throws IOException {
        Path home = root.resolve(identity(archive));
        if (!Files.isDirectory(home)) {
            createRoot();
            Path fresh = Files.createTempDirectory(root, "unpacking-");
            try {
                log.info("Unpacking {} into {}", archive, home);
                unpack(archive, fresh);
                Files.writeString(fresh.resolve(VERSION_FILE), askVersion(fresh));
                Files.setPosixFilePermissions(fresh, EXECUTABLE);
                publish(fresh, home);
            } finally {
                FileTrees.delete(fresh);
            }
        }
        return new PostgresBinaries(home, Files.readString(home.resolve(VERSION_FILE)));
    }

    /** What is executed from here must not have been put here by somebody else. */
    private void createRoot() throws IOException {
        Files.createDirectories(root);
        Path probe = Files.createTempFile(root, "owner-", "");
        try {
            if (!Files.getOwner(root).equals(Files.getOwner(probe))) {
                throw new IOException(root + " belongs to " + Files.getOwner(root)
                        + ": choose another directory with -D" + PROPERTY + "=...");
            }
        } finally {
            Files.delete(probe);
        }
    }

    private static void publish(Path fresh, Path home) throws IOException {
        try {
            Files.move(fresh, home, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw e;
        } catch (FileSystemException e) {
            if (!Files.isDirectory(home)) {
                throw e;
            } // otherwise another JVM was first
        }
    }

    private static String identity(URL archive) throws IOException {
        URLConnection connection = archive.openConnection();
        connection.setUseCaches(false);
        if (connection instanceof JarURLConnection jar) {
            try (var file = jar.getJarFile()) {
                var entry = file.getEntry(jar.getEntryName());
                return "%08x-%d".formatted(entry.getCrc(), entry.getSize());
            }
        }
        try (var in = new CheckedInputStream(connection.getInputStream(), new CRC32())) {
            long length = in.transferTo(OutputStream.nullOutputStream());
            return "%08x-%d".formatted(in.getChecksum().getValue(), length);
        }
    }

    private static void unpack(URL archive, Path target) throws IOException {
        URLConnection connection = archive.openConnection();
        connection.setUseCaches(false);
        try (InputStream in = connection.getInputStream();
                var tar = new TarArchiveInputStream(new XZInputStream(new BufferedInputStream(in, 1 << 16)))) {
            for (TarArchiveEntry entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                Path path = target.resolve(entry.getName()).normalize();
                if (!path.startsWith(target)) {
                    throw new IOException(archive + " has an entry outside of its tree: " + entry.getName());
                }
                unpack(entry, tar, path);
            }
        }
    }

    private static void unpack(TarArchiveEntry entry, InputStream content, Path path) throws IOException {
        if (entry.isDirectory()) {
            Files.createDirectories(path);
            return;
        }
        Path parent = path.getParent();
        if (parent != null) {
            Files.createDirectories(parent);
        }
        if (entry.isSymbolicLink()) {
            Files.createSymbolicLink(path, Path.of(entry.getLinkName()));
        } else {
            Files.copy(content, path);
            Files.setPosixFilePermissions(path, isExecutable(entry) ? EXECUTABLE : READABLE);
        }
    }

    private static boolean isExecutable(TarArchiveEntry entry) {
        return (entry.getMode() & 0100) != 0;
    }

    private static String askVersion(Path home) throws IOException {
        Process postgres = new ProcessBuilder(home.resolve("bin/postgres").toString(), "--version")
                .redirectErrorStream(true)
                .start();
        String answer = new String(postgres.getInputStream().readAllBytes(), StandardCharsets.UTF_8).trim();
        if (!answer.startsWith(BANNER)) {
            throw new IOException("postgres --version answered: " + answer);
        }
        return answer.substring(BANNER.length()).split(" ", 2)[0];
    }
}
