package io.dbops.routing;

import static java.util.Objects.requireNonNull;

import io.dbops.Authority;
import io.dbops.time.SystemClock;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks Patroni, over its REST API, who is primary.
 *
 * <p>Every endpoint is asked {@code GET /cluster}, all at the same time. An answer counts if it names exactly one
 * {@code leader}, in the state {@code running}; the leader of a standby cluster is no primary. Then the leader itself
 * is asked {@code GET /primary} at its {@code api_url}, and only if it says that it is the primary and holds the lock
 * is it named. So endpoints that disagree need no majority: a member that is cut off tells the cluster from memory,
 * however many such members there are, while the lock has one holder at a time. What remains is the time between the
 * leader's answer and its use, and a clock that jumps on the leader's machine.
 *
 * <p>Tried with Patroni 3.0; what other releases, up to 4, answer otherwise is taken from their sources. No privilege is
 * needed. TLS is checked against the trust store of the Java runtime. Requests go directly, past any proxy, and follow
 * no redirect. Between questions there is no thread and no connection.
 *
 * <p>Immutable and thread-safe; each method returns a new value.
 */
public final class PatroniAuthority implements Authority {

    private static final Duration DEFAULT_LIMIT = Duration.ofSeconds(2);
    private static final Duration SHORTEST = Duration.ofMillis(1);
    private static final Duration LONGEST = Duration.ofMinutes(1);

    private final List<URI> endpoints;
    private final Duration limit;
    private final @Nullable Map<String, String> nodesByMember;
    private final @Nullable String authorization;

    private PatroniAuthority(
            List<URI> endpoints,
            Duration limit,
            @Nullable Map<String, String> nodesByMember,
            @Nullable String authorization) {
        this.endpoints = endpoints;
        this.limit = limit;
        this.nodesByMember = nodesByMember;
        this.authorization = authorization;
    }

    /**
     * Asks these endpoints. One answer is enough; give all, so that one is left when a machine fails.
     *
     * @param restEndpoints Patroni's REST APIs, at least one, each {@code http://host:port} or
     *     {@code https://host:port}; best written as the members' {@code api_url} is
     * @return the authority
     * @throws IllegalArgumentException if there is none, or one has another form
     */
    public static PatroniAuthority at(List<URI> restEndpoints) {
        if (restEndpoints.isEmpty()) {
            throw new IllegalArgumentException("restEndpoints (none): must be at least one");
        }
        for (URI endpoint : restEndpoints) {
            if (!BoundedGet.canAsk(endpoint)
                    || !(endpoint.getRawPath().isEmpty()
                            || endpoint.getRawPath().equals("/"))) {
                // The user information of a URL is often a password.
                throw new IllegalArgumentException("restEndpoints (" + endpoint.getScheme() + "://" + endpoint.getHost()
                        + "...): must be http://host:port or https://host:port and no more; for credentials use"
                        + " .authorization(...)");
            }
        }
        return new PatroniAuthority(List.copyOf(restEndpoints), DEFAULT_LIMIT, null, null);
    }

    /**
     * Sets how long a question may take, with all that is asked for it.
     *
     * @param limit from 1 ms to 1 min; default 2 s
     * @return the authority with it
     * @throws IllegalArgumentException if it is shorter or longer
     */
    public PatroniAuthority answeringWithin(Duration limit) {
        if (requireNonNull(limit, "limit").compareTo(SHORTEST) < 0 || limit.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException("answeringWithin (" + limit + "): must be from 1 ms to 1 min");
        }
        return new PatroniAuthority(endpoints, limit, nodesByMember, authorization);
    }

    /**
     * Sets what the router calls Patroni's members. By default both use the same names.
     *
     * @param nodesByMember the name of the node for that of each member; a member that is left out is no node
     * @return the authority with it
     * @throws IllegalArgumentException if two members are one node
     */
    public PatroniAuthority naming(Map<String, String> nodesByMember) {
        if (new HashSet<>(nodesByMember.values()).size() < nodesByMember.size()) {
            throw new IllegalArgumentException("naming (" + nodesByMember + "): two members must not be one node");
        }
        return new PatroniAuthority(endpoints, limit, Map.copyOf(nodesByMember), authorization);
    }

    /**
     * Sets what the header {@code Authorization} says. Patroni wants none for these questions; a proxy before it may. It
     * is sent to the given endpoints only, and to no other address that an answer names: where the leader is asked at
     * another one, it is asked without.
     *
     * @param headerValue for example {@code Basic dXNlcjpwYXNz}; appears in no log, message or {@link #toString()}
     * @return the authority with it
     * @throws IllegalArgumentException if it is blank, or has a character that a header must not have
     */
    public PatroniAuthority authorization(String headerValue) {
        if (headerValue.isBlank() || !headerValue.chars().allMatch(c -> c >= ' ' && c < 0x7F)) {
            throw new IllegalArgumentException("authorization: must be one line of printable ASCII");
        }
        return new PatroniAuthority(endpoints, limit, nodesByMember, headerValue);
    }

    /**
     * Asks Patroni. Blocks for {@link #answeringWithin} at most.
     *
     * @param nodes the names of the router's nodes
     * @return the node that is the leader and confirmed it, or empty if there is no such member
     * @throws IOException if no endpoint could be asked, or answered in a form that is known; the suppressed exceptions
     *     say of each endpoint why
     * @throws IllegalStateException if the leader is none of the nodes
     * @throws InterruptedException if the thread is interrupted
     */
    @Override
    public Optional<String> primary(Set<String> nodes) throws IOException, InterruptedException {
        var question = new PatroniQuestion(endpoints, authorization, SystemClock.INSTANCE, limit);
        return question.leader().map(member -> nodeOf(member, nodes));
    }

    private String nodeOf(String member, Set<String> nodes) {
        String node = nodesByMember == null ? member : nodesByMember.get(member);
        if (node == null || !nodes.contains(node)) {
            throw new IllegalStateException("leader (" + member + "): is none of the nodes " + nodes
                    + "; say which it is with .naming(Map.of(\"" + member + "\", ...))");
        }
        return node;
    }

    @Override
    public String toString() {
        return "PatroniAuthority" + endpoints;
    }
}
