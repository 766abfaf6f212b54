package io.dbops.pool.ledger;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import io.dbops.pool.ledger.ModelServer.ServerProcess;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The ledger under interleavings that chance makes: instances join, leave and are killed, sessions and connections end
 * or hang, answers are lost, the server restarts; and others act between any two statements of a guard.
 */
class LedgerModelTest {

    private static final Logger LOG = LoggerFactory.getLogger(LedgerModelTest.class);

    private static final int RUNS = Integer.getInteger("dbops.model.runs", 3_000);

    private static final int STEPS = 400;

    private static final long MILLI = 1_000_000;

    private static final Plan PLAN = new Plan(4, 1, 9);

    /** The model's guards lose their ledger thousands of times, and each would say so. */
    @BeforeAll
    static void guardsAreSilent() {
        guards().setLevel(Level.OFF);
    }

    @AfterAll
    static void guardsSpeakAgain() {
        guards().setLevel(null);
    }

    private static ch.qos.logback.classic.Logger guards() {
        return (ch.qos.logback.classic.Logger) LoggerFactory.getLogger(Guard.class);
    }

    /** One world and its history. */
    private static final class World {
        final Random random;
        final ModelClock clock = new ModelClock();
        final ModelServer server;
        private final boolean dropsLocks;
        final List<ModelInstance> instances = new ArrayList<>();
        int mostPooled;
        int mostBeyond = Integer.MIN_VALUE;

        World(long seed, boolean occupies, boolean dropsLocks) {
            this.dropsLocks = dropsLocks;
            random = new Random(seed);
            server = new ModelServer(clock, random, occupies);
            server.others(() -> {
                if (random.nextInt(3) == 0) {
                    act(0);
                }
            });
        }

        void run(int steps, double trouble) {
            for (int i = 0; i < steps; i++) {
                clock.advance((long) (random.nextDouble() * 20 * MILLI));
                server.reap();
                act(trouble);
                look();
            }
        }

        /** One step of anybody. */
        private void act(double trouble) {
            if (random.nextDouble() < trouble) {
                trouble();
            }
            server.losesReplies = trouble;
            if (!instances.isEmpty()) {
                step(instances.get(random.nextInt(instances.size())), trouble);
            }
        }

        private static void step(ModelInstance instance, double trouble) {
            try {
                instance.step(trouble);
            } catch (SQLException | InterruptedException e) {
                throw new AssertionError(e);
            }
        }

        void join() {
            if (instances.size() == PLAN.seats()) {
                return;
            }
            try {
                var instance = new ModelInstance(server, clock, random, PLAN);
                instance.join();
                if (instance.joined) {
                    instances.add(instance);
                }
            } catch (SQLException e) {
                throw new AssertionError(e);
            }
        }

        private void trouble() {
            if (instances.size() < 2) {
                join();
                return;
            }
            ModelInstance victim = instances.get(random.nextInt(instances.size()));
            switch (random.nextInt(8)) {
                case 0 -> join();
                case 1 -> leave(victim);
                case 2 -> kill(victim, false);
                case 3 -> kill(victim, true);
                case 4 -> server.end(victim.guardPid);
                case 5 -> terminateOne(victim);
                case 6 -> {
                    if (dropsLocks) {
                        victim.connections.forEach(pooled -> pooled.process.dropLocks());
                    }
                }
                default -> server.processes.clear();
            }
        }

        private void leave(ModelInstance instance) {
            instances.remove(instance);
            instance.slots.close();
            List.copyOf(instance.connections).forEach(ModelInstance.Pooled::close);
            instance.guard.close();
            instance.kill(false);
        }

        private void kill(ModelInstance instance, boolean halfOpen) {
            instances.remove(instance);
            instance.kill(halfOpen);
        }

        private void terminateOne(ModelInstance instance) {
            if (!instance.connections.isEmpty()) {
                server.end(instance.connections.get(0).process.pid);
            }
        }

        /** All that the server counts, but for what is asking, and what has dropped its lock. */
        private void look() {
            int pooled = 0;
            int counted = 0;
            for (ServerProcess process : server.processes) {
                if (process.pooled) {
                    pooled++;
                    if (process.handedOut && !process.hasDroppedLocks) {
                        counted++;
                    }
                }
            }
            mostPooled = Math.max(mostPooled, pooled);
            mostBeyond = Math.max(mostBeyond, counted - PLAN.pooled());
        }

        /** The instances' rights by how they differ from their shares, now that nothing happens any more. */
        List<Integer> differences() {
            return instances.stream()
                    .map(instance -> {
                        Guard.Standing standing = instance.guard.standing();
                        return standing == null ? Integer.MAX_VALUE : standing.slots() - standing.share();
                    })
                    .toList();
        }
    }

    @Test
    void noInterleavingOpensMoreThanThereAreSlots() {
        long first = System.nanoTime();
        LOG.info("Seeds from {}", first);
        int fullest = 0;
        for (long seed = first; seed < first + RUNS; seed++) {
            var world = new World(seed, true, false);
            world.join();
            world.run(STEPS, 0.03);
            assertThat(world.mostBeyond)
                    .as("connections beyond the slots, seed %s", seed)
                    .isLessThanOrEqualTo(0);
            fullest = Math.max(fullest, world.mostPooled);
        }
        assertThat(fullest).as("pooled connections at most").isGreaterThanOrEqualTo(PLAN.pooled());
    }

    @Test
    void whenTroubleEndsSharesBecomeFair() {
        long first = System.nanoTime();
        LOG.info("Seeds from {}", first);
        for (long seed = first; seed < first + RUNS / 10; seed++) {
            var world = new World(seed, true, false);
            world.join();
            world.run(STEPS, 0.03);
            world.join();
            world.instances.forEach(ModelInstance::calm);
            world.run(10 * STEPS, 0);
            assertThat(world.differences())
                    .as("rights beyond the share, seed %s", seed)
                    .allMatch(each -> each == 0);
            assertThat(world.instances.stream()
                            .mapToInt(each -> each.slots.count())
                            .sum())
                    .as("slots in use, seed %s", seed)
                    .isEqualTo(PLAN.slots());
        }
    }

    @Test
    void locksThatTheApplicationDropsAreHeldInItsPlace() {
        long first = System.nanoTime();
        LOG.info("Seeds from {}", first);
        for (long seed = first; seed < first + RUNS / 10; seed++) {
            var world = new World(seed, true, true);
            world.join();
            world.run(STEPS, 0.03);
            assertThat(world.mostBeyond)
                    .as("connections beyond the slots, seed %s", seed)
                    .isLessThanOrEqualTo(0);
            world.instances.forEach(ModelInstance::calm);
            world.run(4 * STEPS, 0);
            assertThat(world.server.processes)
                    .as("connections of which nobody holds the slot, seed %s", seed)
                    .noneMatch(process -> process.handedOut && !world.server.isCovered(process));
        }
    }

    @Test
    void locksOfTheGuardAloneAreNotEnough() {
        long first = System.nanoTime();
        LOG.info("Seeds from {}", first);
        assertThat(IntStream.range(0, 300).mapToObj(i -> {
                    var world = new World(first + i, false, false);
                    world.join();
                    world.run(STEPS, 0.03);
                    return world.mostBeyond;
                }))
                .as("connections beyond the slots")
                .anyMatch(beyond -> beyond > 0);
    }
}
