package io.dbops.routing.torture;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The history of a run in a directory. Its {@link #main} checks once more what a run has left behind.
 *
 * @param files of the processes and their parent
 * @param troubles what was done to the cluster
 * @param reigns whom the processes followed
 * @param table what the servers have at the end
 */
record FileHistory(List<Path> files, List<Trouble> troubles, List<Reign> reigns, List<Row> table) implements History {

    private static final String SUFFIX = ".history";

    static Path file(Path directory, String process) {
        return directory.resolve(process + SUFFIX);
    }

    /** Where the processes of a history leave tokens for each other. */
    static Path tokens(Path file) {
        return file.resolveSibling("tokens");
    }

    static FileHistory of(Path directory) throws IOException {
        List<Path> files;
        try (var all = Files.list(directory)) {
            files = all.filter(file -> file.toString().endsWith(SUFFIX))
                    .sorted()
                    .toList();
        }
        var history = new FileHistory(files, new ArrayList<>(), new ArrayList<>(), new ArrayList<>());
        for (Path file : files) {
            HistoryFile.read(file, history::take);
        }
        return history;
    }

    private void take(Object read) {
        if (read instanceof Trouble trouble) {
            troubles.add(trouble);
        } else if (read instanceof Reign reign) {
            reigns.add(reign);
        } else if (read instanceof Row row) {
            table.add(row);
        }
    }

    @Override
    public void forEach(Consumer<Op> consumer) throws IOException {
        for (Path file : files) {
            HistoryFile.read(file, read -> {
                if (read instanceof Op op) {
                    consumer.accept(op);
                }
            });
        }
    }

    /** Takes the directory. */
    public static void main(String[] args) throws IOException {
        Path directory = Path.of(args[0]);
        System.out.println(directory + Summary.of(ConsistencyChecker.check(of(directory))));
    }
}
