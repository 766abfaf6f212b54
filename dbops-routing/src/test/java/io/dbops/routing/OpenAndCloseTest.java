package io.dbops.routing;

import static io.dbops.routing.Queries.await;
import static io.dbops.routing.Queries.execute;
import static io.dbops.routing.Queries.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.read.ListAppender;
import io.dbops.Credentials;
import io.dbops.Node;
import io.dbops.NodePool;
import io.dbops.Pools;
import io.dbops.test.DbOpsCluster;
import io.dbops.test.EmbeddedCluster;
import io.dbops.test.EmbeddedNode;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.config.MeterFilter;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.slf4j.LoggerFactory;

/** Opening and closing leave nothing behind, and tell no secret, however they go. */
@DbOpsCluster(replicas = 1)
class OpenAndCloseTest {

    private static final LagAwareRouting ROUTING = LagAwareRouting.within(Duration.ofSeconds(2));
    private static final String SECRET = "s3cr3t";

    private final EmbeddedCluster cluster;
    private final EmbeddedNode primary;

    OpenAndCloseTest(EmbeddedCluster cluster) {
        this.cluster = cluster;
        primary = cluster.node("db-1");
    }

    private static boolean noThreadIsLeftOf(String application) {
        return Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.isAlive() && thread.getName().startsWith("dbops-" + application + "-"));
    }

    // ---- secrets -------------------------------------------------------------------------------------------------

    @TestFactory
    Stream<DynamicTest> aPasswordIsInNoMessageAndNoLog() {
        return Stream.of(
                        "jdbc:postgresql://localhost:notaport/app?password=" + SECRET,
                        "jdbc:postgresql://nowhere.invalid/app?password=" + SECRET,
                        primary.url() + "?password=" + SECRET,
                        primary.url() + "?targetServerType=nonsense&password=" + SECRET,
                        primary.url().replace("/app", "/nowhere") + "?password=" + SECRET)
                .map(url -> DynamicTest.dynamicTest(url.replaceAll(":\\d+|" + SECRET, ""), () -> {
                    String told = whatOpeningTells(url);
                    assertThat(told).as("it is told which node").contains("db-1");
                    assertThat(told).doesNotContain(SECRET);
                }));
    }

    /** All that opening a router on this URL throws and logs. */
    private static String whatOpeningTells(String url) {
        var logger = (Logger) LoggerFactory.getLogger("io.dbops");
        Level level = logger.getLevel();
        var events = new ListAppender<ILoggingEvent>();
        events.start();
        logger.addAppender(events);
        logger.setLevel(Level.TRACE);
        try {
            var nodes = List.<Node>of(Node.at("db-1", url, Credentials.of("app", SECRET)));
            var told = new StringWriter();
            Throwable thrown = catchThrowable(() -> ROUTING.open("secret", nodes, noPools(), null));
            assertThat(thrown).isNotNull();
            thrown.printStackTrace(new PrintWriter(told, true));
            for (ILoggingEvent event : List.copyOf(events.list)) {
                told.append(event.getFormattedMessage()).append(ThrowableProxyUtil.asString(event.getThrowableProxy()));
            }
            return told.toString();
        } finally {
            logger.setLevel(level);
            logger.detachAppender(events);
        }
    }

    private static Pools noPools() {
        return (application, node, limits) -> {
            throw new IllegalStateException("planted: no pool");
        };
    }

    // ---- pools ---------------------------------------------------------------------------------------------------

    @Test
    void aPoolThatOpensWhileTheRouterClosesIsClosed() throws Exception {
        var asked = new CountDownLatch(1);
        var mayOpen = new CountDownLatch(1);
        var open = new AtomicInteger();
        var opened = new AtomicInteger();
        Pools slow = (application, node, limits) -> {
            asked.countDown();
            awaitUninterruptibly(mayOpen);
            open.incrementAndGet();
            opened.incrementAndGet();
            return new NodePool() {
                @Override
                public DataSource dataSource() {
                    return primary.dataSource();
                }

                @Override
                public void close() {
                    open.set(0);
                }
            };
        };
        var nodes = List.<Node>of(Node.at("db-1", primary.url(), Credentials.of(primary.user(), primary.password())));
        var core = new RouterCore(ROUTING.options(), "slow", nodes, slow);
        CompletableFuture<Throwable> opening = CompletableFuture.supplyAsync(() -> catchThrowable(core::open));
        asked.await();
        core.close();
        mayOpen.countDown();
        await("the pool was opened all the same, and closed", () -> opened.get() == 1 && open.get() == 0);
        await("no thread is left", () -> noThreadIsLeftOf("slow"));
        assertThat(opening.get()).as("nobody gets a closed router").isNotNull();
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean interrupted = false;
        while (true) {
            try {
                latch.await();
                break;
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    // ---- meters --------------------------------------------------------------------------------------------------

    @Test
    void metersTellOfUnitsAndFreshnessAndGoAtTheEnd() throws Exception {
        RoutedPair.createTable(cluster);
        var registry = new SimpleMeterRegistry();
        try (Pooled pools = Pooled.over(cluster)) {
            try (RoutedDataSource routed = ROUTING.open("metered", pools.nodes(), null, registry)) {
                cluster.node("db-2").pauseReplay();
                execute(routed, "insert into t values (1)");
                read(routed, "select 1");
                assertThat(units(registry, "db-1", "write")).isEqualTo(1);
                assertThat(units(registry, "db-1", "own_write_not_replicated")).isEqualTo(1);
                assertThat(registry.get("dbops.routing.unscoped")
                                .tag("db", "metered")
                                .functionCounter()
                                .count())
                        .isEqualTo(1);
                cluster.node("db-2").resumeReplay();
                await("db-2 serves", () -> read(routed, "select 1").node().equals("db-2"));
                assertThat(units(registry, "db-2", "fresh_replica")).isPositive();
                assertThat(staleness(registry, "db-2")).isBetween(0.0, 60.0);
                assertThat(staleness(registry, "db-1")).isNaN();
            }
            assertThat(registry.getMeters()).isEmpty();
        } finally {
            cluster.node("db-2").resumeReplay();
        }
    }

    private static double units(SimpleMeterRegistry registry, String node, String reason) {
        return registry.get("dbops.routing.units")
                .tag("node", node)
                .tag("reason", reason)
                .functionCounter()
                .count();
    }

    private static double staleness(SimpleMeterRegistry registry, String node) {
        return registry.get("dbops.routing.staleness").tag("node", node).gauge().value();
    }

    /** A registry that refuses meters of this name. */
    private static SimpleMeterRegistry refusing(String name) {
        var registry = new SimpleMeterRegistry();
        registry.config().meterFilter(new MeterFilter() {
            @Override
            public Meter.Id map(Meter.Id id) {
                if (id.getName().equals(name)) {
                    throw new IllegalStateException("planted: no meter");
                }
                return id;
            }
        });
        return registry;
    }

    @Test
    void aRegistryThatFailsLeavesNoThread() throws Exception {
        try (Pooled pools = Pooled.over(cluster)) {
            assertThatThrownBy(() -> ROUTING.open("leaky", pools.nodes(), null, refusing("dbops.routing.units")))
                    .hasMessage("planted: no meter");
            await("no thread is left", () -> noThreadIsLeftOf("leaky"));
        }
    }

    @Test
    void aRegistryThatFailsHalfwayKeepsNoMeter() {
        SimpleMeterRegistry registry = refusing("dbops.routing.unscoped");
        try (Pooled pools = Pooled.over(cluster)) {
            assertThatThrownBy(() -> ROUTING.open("leaky", pools.nodes(), null, registry))
                    .hasMessage("planted: no meter");
            assertThat(registry.getMeters().stream()
                            .map(meter -> meter.getId().getName())
                            .collect(Collectors.toSet()))
                    .isEmpty();
        }
    }
}
