package io.dbops.samples.tpcc;

import io.dbops.DbOps;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Threads at which the terminals take turns, {@value #EACH} at each: between its own turns a clerk thinks. */
final class Terminals implements AutoCloseable {

    private static final int EACH = 10;

    private final ExecutorService threads;
    private final List<Future<?>> running = new ArrayList<>();
    private volatile boolean stopped;

    Terminals(int threads, Scale scale, DbOps db, SplittableRandom random, Books books) {
        this.threads = Executors.newFixedThreadPool(threads);
        for (int i = 0; i < threads; i++) {
            var own = new ArrayList<Terminal>();
            for (int number = i * EACH; number < (i + 1) * EACH; number++) {
                own.add(new Terminal(number, scale, db, random.split(), books));
            }
            running.add(this.threads.submit(() -> work(own)));
        }
    }

    private void work(List<Terminal> own) {
        for (int turn = 0; !stopped; turn++) {
            own.get(turn % EACH).work();
        }
    }

    /** Whether a thread has ended of an error of the program itself. */
    boolean isBroken() {
        return running.stream().anyMatch(Future::isDone);
    }

    /** Lets them end what they do, and do no more. */
    void stop() throws ExecutionException, InterruptedException {
        stopped = true;
        for (Future<?> one : running) {
            one.get();
        }
    }

    @Override
    public void close() {
        stopped = true;
        threads.shutdownNow();
    }
}
