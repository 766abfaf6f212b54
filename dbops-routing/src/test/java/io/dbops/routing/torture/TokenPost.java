package io.dbops.routing.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/** Tokens that the processes leave for each other in files. Old ones stay until they are replaced. Thread-safe. */
final class TokenPost {

    static final int PROCESSES = 8;
    private static final int SLOTS = 8;

    private final Path directory;
    private final int process;

    TokenPost(Path directory, int process) {
        this.directory = directory;
        this.process = process;
    }

    /**
     * A token.
     *
     * @param session whose it is
     * @param key what that session has written
     * @param asOf an instant before it was asked for
     * @param text the token's text
     */
    record Letter(long session, int key, long asOf, String text) {}

    void leave(Letter letter, SplittableRandom random) throws IOException {
        Path draft = Files.createTempFile(directory, "draft", ".token");
        Files.writeString(draft, letter.session + " " + letter.key + " " + letter.asOf + " " + letter.text);
        Files.move(draft, slot(process, random), StandardCopyOption.ATOMIC_MOVE);
    }

    /** Some process's letter, if there is one where it was looked for. */
    @Nullable
    Letter any(SplittableRandom random) throws IOException {
        try {
            String[] words =
                    Files.readString(slot(random.nextInt(PROCESSES), random)).split(" ", -1);
            return new Letter(Long.parseLong(words[0]), Integer.parseInt(words[1]), Long.parseLong(words[2]), words[3]);
        } catch (NoSuchFileException e) {
            return null;
        }
    }

    private Path slot(int of, SplittableRandom random) {
        return directory.resolve(of + "-" + random.nextInt(SLOTS) + ".token");
    }
}
