package io.dbops.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;

/**
 * How the server programs are run, given that PostgreSQL refuses to run as root.
 *
 * <p>As anyone else, nothing is needed. As root, a user namespace in which the same user is nobody needs no change of
 * ownership at all; where namespaces are refused (as in many containers) the programs really become nobody, and their
 * files with them. Every prefix ends in {@code exec}, so the process that Java started <em>is</em> the server.
 */
enum Privileges {
    /** Not root: no prefix. */
    OWN(""),
    /** Root: a user namespace in which root appears as the overflow user. */
    USER_NAMESPACE("unshare -U"),
    /** Root without namespaces: become user and group 65534. */
    SETPRIV("setpriv --reuid=65534 --regid=65534 --clear-groups"),
    /** As {@link #SETPRIV}, with coreutils alone. */
    CHROOT("chroot --userspec=65534:65534 /");

    private static final int NOBODY = 65534;

    private final String prefix;

    Privileges(String prefix) {
        this.prefix = prefix;
    }

    /** Returns the first way that works for the owner of the given directory, which this process created. */
    static Privileges detect(Path ownDirectory) {
        if (!isRoot(ownDirectory)) {
            return OWN;
        }
        return Stream.of(USER_NAMESPACE, SETPRIV, CHROOT)
                .filter(Privileges::works)
                .findFirst()
                .orElseThrow(() -> new ClusterException("PostgreSQL refuses to run as root, and unshare -U, setpriv and"
                        + " chroot --userspec all failed: run the tests as another user"));
    }

    private static boolean isRoot(Path ownDirectory) {
        try {
            return Integer.valueOf(0).equals(Files.getAttribute(ownDirectory, "unix:uid"));
        } catch (IOException | UnsupportedOperationException e) {
            throw new ClusterException("the owner of " + ownDirectory + " cannot be read", e);
        }
    }

    private boolean works() {
        try {
            return new ProcessBuilder(wrap(List.of("true")))
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException absent) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("interrupted while trying " + prefix, e);
        }
    }

    /** Returns the command line that runs the given one. */
    List<String> wrap(List<String> command) {
        Stream<String> words = Stream.of(prefix.split(" ")).filter(word -> !word.isEmpty());
        return Stream.concat(words, command.stream()).toList();
    }

    /** Whether files must be handed over, and the programs must be where everybody can read them. */
    boolean changesUser() {
        return this == SETPRIV || this == CHROOT;
    }

    /** Makes a tree of files belong to the user that the programs run as. */
    void handOver(Path tree) throws IOException {
        if (!changesUser()) {
            return;
        }
        try (Stream<Path> paths = Files.walk(tree)) {
            for (Path path : (Iterable<Path>) paths::iterator) {
                Files.setAttribute(path, "unix:uid", NOBODY, LinkOption.NOFOLLOW_LINKS);
            }
        }
    }
}
