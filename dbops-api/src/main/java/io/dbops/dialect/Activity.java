package io.dbops.dialect;

import org.jspecify.annotations.Nullable;

/**
 * What a server shows of one of its processes.
 *
 * @param pid the process
 * @param application what it calls itself; empty if nothing
 * @param client where it connects from, or {@code null} if that is this machine, or hidden
 * @param statement the beginning of its last statement, or {@code null} if its transaction is another one by now, or
 *     that is hidden
 * @param hidden whether it is another role's, of which this one may see nothing
 */
public record Activity(
        long pid,
        String application,
        @Nullable String client,
        @Nullable String statement,
        boolean hidden) {}
