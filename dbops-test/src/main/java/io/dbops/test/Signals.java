package io.dbops.test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Sends POSIX signals, which Java can only do for TERM and KILL, through the {@code kill} that is built into every
 * shell.
 */
enum Signals {
    /** Fast shutdown of a postmaster. */
    INT,
    /** Immediate shutdown of a postmaster, without a checkpoint. */
    QUIT,
    /** Freezes a process. */
    STOP,
    /** Thaws a process. */
    CONT,
    /** Ends a process at once. */
    KILL;

    /** Sends this signal to processes in the given order; those that are gone are skipped. */
    void send(List<Long> pids) {
        if (pids.isEmpty()) {
            return;
        }
        List<String> command =
                new ArrayList<>(List.of("sh", "-c", "for p in \"$@\"; do kill -" + name() + " $p; done", "kill"));
        pids.forEach(pid -> command.add(pid.toString()));
        try {
            new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        } catch (IOException e) {
            throw new ClusterException("no shell to send SIG" + this + " with", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ClusterException("interrupted while sending SIG" + this + " to " + pids, e);
        }
    }

    /** Returns the living children of a process: of a postmaster, all backends and workers. */
    static List<Long> childrenOf(long pid) {
        return ProcessHandle.of(pid)
                .map(process -> process.children().map(ProcessHandle::pid).toList())
                .orElse(List.of());
    }

    /** Whether a process still runs; one that waits to be reaped by a lazy parent does not. */
    static boolean isAlive(long pid) {
        if (!ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false)) {
            return false;
        }
        try {
            String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
            return stat.charAt(stat.lastIndexOf(')') + 2) != 'Z';
        } catch (IOException goneOrNotLinux) {
            return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
        }
    }
}
