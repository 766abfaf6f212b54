package io.dbops.routing;

import io.dbops.DbOpsException;
import io.dbops.dialect.Observation;
import io.dbops.dialect.Role;
import io.dbops.dialect.ServerIdentity;
import io.dbops.routing.Members.Member;
import io.dbops.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/**
 * The opening of a router: waits until each node has answered or failed once, and rejects what the servers have proved
 * wrong. What merely cannot be reached is let in.
 *
 * <p>Not thread-safe: used once.
 */
final class Opening {

    private final RoutingOptions options;
    private final Clock clock;
    private final Map<Member, Contact> contacts = new LinkedHashMap<>();
    private final Map<RoutedNode, ServerIdentity> servers = new LinkedHashMap<>();
    private @Nullable RoutedNode primary;
    private Duration roundTrip = Duration.ZERO;
    private boolean defaultAutoCommit = true;

    Opening(RoutingOptions options) {
        this.options = options;
        clock = options.clock();
    }

    /** Waits for the first contact with each member. */
    void await(Iterable<Member> members) {
        long deadline = clock.nanos() + options.openWithin().toNanos();
        for (Member member : members) {
            contacts.put(member, await(member.observer(), deadline));
        }
    }

    private Contact await(NodeObserver observer, long deadline) {
        try {
            return observer.firstContact().get(Math.max(0, deadline - clock.nanos()), TimeUnit.NANOSECONDS);
        } catch (TimeoutException | CancellationException e) {
            return new Contact.Failed(
                    "it has not answered within " + options.openWithin().toMillis() + " ms");
        } catch (ExecutionException e) {
            return new Contact.Failed("its observer failed: " + e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Contact.Failed("the wait for it was interrupted");
        }
    }

    /** Rejects what the servers have proved wrong. */
    void check() {
        contacts.forEach((member, contact) -> {
            if (contact instanceof Contact.Refused refused) {
                throw refused.error();
            }
            if (contact instanceof Contact.Made made) {
                check(member.node(), made);
            }
        });
    }

    private void check(RoutedNode node, Contact.Made made) {
        checkServer(node, made.observation().server());
        if (made.observation() instanceof Observation.Primary) {
            if (primary != null && options.succession().authority() == null) {
                throw new DbOpsException("nodes \"" + primary + "\" and \"" + node
                        + "\": both take writes; of one cluster only the primary may. Make the other a replica anew,"
                        + " or name who decides with .authority(...)");
            }
            primary = node;
            roundTrip = made.roundTrip();
        }
        defaultAutoCommit = node.defaultAutoCommit();
    }

    private void checkServer(RoutedNode node, ServerIdentity server) {
        servers.forEach((other, known) -> {
            if (known.isSameRunAs(server)) {
                throw new DbOpsException("node \"" + node + "\" (port " + server.port()
                        + "): is the same server as node \"" + other + "\"; give each server one name");
            }
            if (!known.systemId().equals(server.systemId())) {
                throw new DbOpsException("node \"" + node + "\" (system " + server.systemId()
                        + "): must be of the same cluster as node \"" + other + "\" (system " + known.systemId()
                        + "); replicas are physical copies of their primary");
            }
        });
        servers.put(node, server);
    }

    boolean foundPrimary() {
        return primary != null;
    }

    /** How long the primary took to answer; zero if none was found. */
    Duration roundTrip() {
        return roundTrip;
    }

    /** The autocommit mode in which the pools' connections come. */
    boolean defaultAutoCommit() {
        return defaultAutoCommit;
    }

    long replicas() {
        return contacts.values().stream()
                .filter(contact -> contact instanceof Contact.Made made
                        && made.observation().role() == Role.REPLICA)
                .count();
    }
}
