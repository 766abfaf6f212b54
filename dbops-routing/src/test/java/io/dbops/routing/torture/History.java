package io.dbops.routing.torture;

import java.io.IOException;
import java.util.List;
import java.util.function.Consumer;

/** All that is known of a run. Its operations are read several times and need not fit into memory. */
interface History {

    /** Hands over each operation; those of a process in the order in which they ended, roughly. */
    void forEach(Consumer<Op> consumer) throws IOException;

    List<Trouble> troubles();

    List<Reign> reigns();

    /** What the servers have at the end, in any order. */
    List<Row> table();
}
