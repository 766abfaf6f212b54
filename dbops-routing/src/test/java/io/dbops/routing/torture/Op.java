package io.dbops.routing.torture;

/**
 * One operation on one key, as the process that did it noted it. Instants are of the machine's running time, the same
 * for all its processes.
 *
 * <p>A key is a register: each write gives it a new value, known by the id of the write, and remembers the value
 * before. So the values of a key form a tree, whose trunk is what the servers still have at the end.
 *
 * @param process who did it
 * @param session in whose name; of all processes
 * @param level what it was promised; {@link Level#WRITE} for a write
 * @param how in words: through a handle, a scope or the process, in a transaction or not
 * @param key which register
 * @param start an instant before its transaction began
 * @param sent for a write, an instant before its commit was sent; for a read {@code start}
 * @param end an instant after it returned
 * @param asOf for a read, the writes of the session that ended before this are its own: {@code start}, but for a
 *     token the instant at which that was issued
 * @param bound how many nanoseconds old a commit must be that a read may not lack
 * @param node who served it, or empty
 * @param primary whether it was served as by a primary
 * @param standby whether the server said that it is none
 * @param outcome how it ended
 * @param id for a write its own id; for a read the id of the write seen, 0 if the register was never written
 * @param version the place of that write in its register, or -1 if not known
 * @param previous the id of the write before that one, or -1 if not known
 * @param error what went wrong, in short, or empty
 */
record Op(
        int process,
        long session,
        Level level,
        String how,
        int key,
        long start,
        long sent,
        long end,
        long asOf,
        long bound,
        String node,
        boolean primary,
        boolean standby,
        Outcome outcome,
        long id,
        long version,
        long previous,
        String error) {

    @Override
    public String toString() {
        return "process %d session %d %s %s key %d [%s, sent %s, %s] on %s%s: %s id %d version %d after %d %s"
                .formatted(
                        process,
                        session,
                        level,
                        how,
                        key,
                        Instants.text(start),
                        Instants.text(sent),
                        Instants.text(end),
                        node,
                        (primary ? " (primary)" : "") + (standby ? " (standby)" : ""),
                        outcome,
                        id,
                        version,
                        previous,
                        error);
    }
}
