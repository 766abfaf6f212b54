package io.dbops.samples.tpcc;

import io.dbops.DbOps;
import io.dbops.samples.tpcc.Servers.Fault;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import java.util.function.BooleanSupplier;

/** One fault after another, each as often as the others, in an order that is drawn. */
final class Trouble {

    /** A fault that finds nothing to strike so often will not find it any more. */
    private static final int MOST_IN_VAIN = 5;

    private final Servers servers;
    private final DbOps db;
    private final Random random;
    private final Map<String, Fault> faults;
    private final Map<String, Long> struck = new LinkedHashMap<>();
    private final Deque<String> next = new ArrayDeque<>();

    Trouble(Servers servers, DbOps db, Random random) {
        this.servers = servers;
        this.db = db;
        this.random = random;
        this.faults = servers.faults();
        faults.keySet().forEach(name -> struck.put(name, 0L));
    }

    /**
     * Makes trouble for so long, and until each fault has struck.
     *
     * @param stop ends it early
     * @return how many of each were struck
     */
    Map<String, Long> make(Duration duration, BooleanSupplier stop) throws SQLException {
        long start = System.nanoTime();
        for (int made = 0; !stop.getAsBoolean(); made++) {
            boolean isOver = System.nanoTime() - start >= duration.toNanos();
            if (isOver && (!struck.containsValue(0L) || made >= MOST_IN_VAIN * faults.size())) {
                break;
            }
            Patience.hold(random.nextInt(100, 400));
            strike(draw());
        }
        return struck;
    }

    private String draw() {
        if (next.isEmpty()) {
            var names = new ArrayList<>(faults.keySet());
            Collections.shuffle(names, random);
            next.addAll(names);
        }
        return next.remove();
    }

    private void strike(String name) throws SQLException {
        Fault fault = faults.get(name);
        if (fault != null) {
            struck.merge(name, fault.strike(), Long::sum);
        }
        servers.awaitWell(db);
    }
}
