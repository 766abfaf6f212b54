package io.dbops.retry.torture;

import io.dbops.test.FaultProxy;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** Faults of the network that strike a connection directly before it sends COMMIT. */
final class Aims {

    private final ThreadLocal<Contender> current = new ThreadLocal<>();
    private final Map<Contender, Aim> armed = new ConcurrentHashMap<>();

    private volatile Crowd crowd;

    /** A fault, and the one commit that it strikes. */
    static final class Aim {
        private final Consumer<FaultProxy> fault;
        private final CountDownLatch struck = new CountDownLatch(1);
        private final CountDownLatch ended = new CountDownLatch(1);
        private volatile FaultProxy line;

        private Aim(Consumer<FaultProxy> fault) {
            this.fault = fault;
        }

        /** Returns the line when the fault is in force. */
        FaultProxy awaitStruck() throws InterruptedException {
            return await(struck);
        }

        /** Returns the line when the client has an answer, or has given up. */
        FaultProxy awaitEnded() throws InterruptedException {
            return await(ended);
        }

        private FaultProxy await(CountDownLatch latch) throws InterruptedException {
            if (!latch.await(60, TimeUnit.SECONDS)) {
                throw new AssertionError("nothing was committed for a minute");
            }
            return line;
        }
    }

    /** Units that are held where they would send COMMIT, until all go on at once. */
    static final class Crowd {
        private final CountDownLatch gathered;
        private final CountDownLatch released = new CountDownLatch(1);

        private Crowd(int size) {
            gathered = new CountDownLatch(size);
        }

        /** Returns when so many are there; soon in any case, for some may wait for what others have locked. */
        @SuppressWarnings("ResultOfMethodCallIgnored")
        void await() throws InterruptedException {
            gathered.await(500, TimeUnit.MILLISECONDS);
        }

        private void join() throws InterruptedException {
            gathered.countDown();
            released.await();
        }
    }

    /** Something that sends COMMIT. */
    @FunctionalInterface
    interface Commit {
        Object send() throws Throwable;
    }

    /** Strikes the next commit of a contender. */
    Aim at(Contender contender, Consumer<FaultProxy> fault) {
        var aim = new Aim(fault);
        armed.put(contender, aim);
        return aim;
    }

    /** Holds commits from now on. */
    Crowd gather(int size) {
        var gathering = new Crowd(size);
        crowd = gathering;
        return gathering;
    }

    /** Lets commits go on. */
    void release(Crowd gathering) {
        crowd = null;
        gathering.released.countDown();
    }

    void running(Contender contender) {
        current.set(contender);
    }

    Object commit(FaultProxy line, Commit commit) throws Throwable {
        Contender contender = current.get();
        Crowd gathering = crowd;
        if (contender != null && gathering != null) {
            gathering.join();
        }
        Aim aim = contender == null ? null : armed.remove(contender);
        if (aim == null) {
            return commit.send();
        }
        aim.line = line;
        aim.fault.accept(line);
        aim.struck.countDown();
        try {
            return commit.send();
        } finally {
            aim.ended.countDown();
        }
    }
}
