package io.dbops.retry.torture;

import io.dbops.retry.torture.Contender.Fate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/** Eight threads that run units of all contenders, and note what they were told. */
final class Clients implements AutoCloseable {

    private static final int THREADS = 8;

    private final List<Contender> contenders;
    private final Aims aims;
    private final AtomicLong next = new AtomicLong();
    private final AtomicLong done = new AtomicLong();
    private final AtomicBoolean stop = new AtomicBoolean();
    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);
    private final List<Future<Map<Long, Fate>>> notes = new ArrayList<>();

    Clients(List<Contender> contenders, Aims aims, long seed) {
        this.contenders = contenders;
        this.aims = aims;
        var seeds = new SplittableRandom(seed);
        for (int i = 0; i < THREADS; i++) {
            SplittableRandom random = seeds.split();
            notes.add(threads.submit(() -> work(random)));
        }
    }

    private Map<Long, Fate> work(SplittableRandom random) {
        var fates = new HashMap<Long, Fate>();
        while (!stop.get()) {
            long id = next.getAndIncrement();
            Contender contender = contenderOf(id);
            aims.running(contender);
            fates.put(id, contender.run(Bank.Entry.draw(id, contender.number, random)::write));
            done.incrementAndGet();
        }
        return fates;
    }

    Contender contenderOf(long id) {
        return contenders.get((int) (id % contenders.size()));
    }

    /** How many units have ended, of each contender about as many. */
    long unitsEach() {
        return done.get() / contenders.size();
    }

    /** Whether a thread has ended of an error of the test itself. */
    boolean isBroken() {
        return notes.stream().anyMatch(Future::isDone);
    }

    /** Ends the threads, and returns what they were told of each unit. */
    Map<Long, Fate> stop() throws ExecutionException, InterruptedException {
        stop.set(true);
        var all = new HashMap<Long, Fate>();
        for (Future<Map<Long, Fate>> note : notes) {
            all.putAll(note.get());
        }
        return all;
    }

    @Override
    public void close() {
        stop.set(true);
        threads.shutdownNow();
    }
}
