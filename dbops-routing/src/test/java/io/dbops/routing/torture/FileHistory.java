package io.dbops.routing.torture;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * The history of a run: a file of each process, and what the parent knows.
 *
 * @param files of the processes
 * @param troubles what was done to the cluster
 * @param reigns whom the processes followed
 * @param table what the servers have at the end
 */
record FileHistory(List<Path> files, List<Trouble> troubles, List<Reign> reigns, List<Row> table) implements History {

    static FileHistory of(List<Path> files, List<Trouble> troubles, List<Row> table) throws IOException {
        var reigns = new ArrayList<Reign>();
        for (Path file : files) {
            HistoryFile.read(file, op -> {}, reigns::add);
        }
        return new FileHistory(files, troubles, reigns, table);
    }

    @Override
    public void forEach(Consumer<Op> consumer) throws IOException {
        for (Path file : files) {
            HistoryFile.read(file, consumer, reign -> {});
        }
    }
}
