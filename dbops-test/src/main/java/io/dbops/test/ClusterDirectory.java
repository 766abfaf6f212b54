package io.dbops.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Decides where a cluster's files are.
 *
 * <p>Three nodes are some 4000 small files, whose creation is what makes a start slow: on a busy disk it takes several
 * times as long as all else. Nothing of a cluster is to survive, so a memory file system is the better place, if it is
 * not one of those that containers get, with 64 MiB.
 */
final class ClusterDirectory {
    /** The system property that names the directory to use instead. */
    static final String PROPERTY = "dbops.test.directory";

    private static final Path MEMORY = Path.of("/dev/shm");
    private static final long ENOUGH = 4L << 30;

    private ClusterDirectory() {}

    /** Creates a new directory that only this user can read. */
    static Path create() throws IOException {
        return Files.createTempDirectory(parent(), "dbops-cluster-").toRealPath();
    }

    /** Returns the directory in which clusters have theirs. */
    static Path parent() throws IOException {
        String configured = System.getProperty(PROPERTY);
        if (configured != null) {
            return Path.of(configured);
        }
        boolean inMemory =
                Files.isWritable(MEMORY) && Files.getFileStore(MEMORY).getUsableSpace() >= ENOUGH;
        return inMemory ? MEMORY : Path.of(System.getProperty("java.io.tmpdir", "/tmp"));
    }
}
