package io.dbops.routing;

import io.dbops.routing.PatroniAnswers.Cluster;
import io.dbops.routing.PatroniAnswers.Member;
import io.dbops.routing.PatroniAnswers.Status;
import io.dbops.time.Clock;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorCompletionService;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * One question to Patroni: every endpoint is asked who leads, and whoever is named is asked whether it holds the lock.
 *
 * <p>The endpoints are asked at the same time, each on a thread of this question, since the one that does not answer is
 * likely to be on the machine that has just failed. The first leader that confirms itself is the answer.
 */
final class PatroniQuestion {

    private final List<URI> endpoints;
    private final @Nullable String authorization;
    private final Clock clock;
    private final Duration limit;
    private final long deadline;
    private final Set<BoundedGet> running = ConcurrentHashMap.newKeySet();
    private volatile boolean over;

    PatroniQuestion(List<URI> endpoints, @Nullable String authorization, Clock clock, Duration limit) {
        this.endpoints = endpoints;
        this.authorization = authorization;
        this.clock = clock;
        this.limit = limit;
        deadline = clock.nanos() + limit.toNanos();
    }

    /**
     * Asks. Blocks for the limit at most.
     *
     * @return the member that leads, or empty if an endpoint answered and no leader confirmed itself
     * @throws IOException if no endpoint gave an answer; the message says of each why
     */
    Optional<String> leader() throws IOException, InterruptedException {
        ExecutorService threads = Executors.newFixedThreadPool(endpoints.size(), PatroniQuestion::thread);
        try {
            var answers = new ExecutorCompletionService<Optional<String>>(threads);
            for (URI endpoint : endpoints) {
                answers.submit(() -> leaderAccordingTo(endpoint));
            }
            return firstOf(answers);
        } finally {
            over = true;
            threads.shutdownNow();
            running.forEach(BoundedGet::cut);
        }
    }

    private static Thread thread(Runnable task) {
        var thread = new Thread(task, "dbops-patroni");
        thread.setDaemon(true);
        return thread;
    }

    private Optional<String> firstOf(ExecutorCompletionService<Optional<String>> answers)
            throws IOException, InterruptedException {
        var failure = new IOException(
                "no Patroni endpoint of " + endpoints + " told who is primary within " + limit.toMillis() + " ms");
        boolean answered = false;
        for (int i = 0; i < endpoints.size(); i++) {
            Future<Optional<String>> answer = answers.poll(deadline - clock.nanos(), TimeUnit.NANOSECONDS);
            if (answer == null) {
                break;
            }
            try {
                Optional<String> leader = answer.get();
                if (leader.isPresent()) {
                    return leader;
                }
                answered = true;
            } catch (ExecutionException e) {
                failure.addSuppressed(e.getCause() == null ? e : e.getCause());
            }
        }
        if (!answered) {
            throw failure;
        }
        return Optional.empty();
    }

    private Optional<String> leaderAccordingTo(URI endpoint) throws IOException {
        try {
            byte[] body = get(endpoint.resolve("/cluster"));
            if (body == null) {
                throw new IOException("GET /cluster was not answered with status 200");
            }
            Cluster cluster = PatroniAnswers.cluster(body);
            List<Member> leaders = cluster.members().stream()
                    .filter(member -> member.role().equals("leader"))
                    .toList();
            if (leaders.size() != 1 || !leaders.get(0).state().equals("running")) {
                return Optional.empty();
            }
            Member leader = leaders.get(0);
            return confirms(leader, cluster, endpoint) ? Optional.of(leader.name()) : Optional.empty();
        } catch (IOException e) {
            throw new IOException(endpoint + ": " + e.getMessage(), e);
        }
    }

    /**
     * Whether the member itself says that it holds the leader's lock. A member that is cut off from the others tells
     * the cluster from memory; its own lock it believes in for no longer than the lock lasts.
     *
     * <p>With one exception: while Patroni is paused and cannot see its store, a primary answers 200 without a lock.
     */
    private boolean confirms(Member leader, Cluster cluster, URI endpoint) throws IOException {
        if (leader.apiUrl() == null) {
            return false;
        }
        byte[] body = get(confirmation(leader.apiUrl(), endpoint));
        if (body == null) {
            return false;
        }
        Status status = PatroniAnswers.status(body);
        boolean isPrimary = status.role().equals("primary") || status.role().equals("master");
        return isPrimary
                && !(status.isPaused() && status.isUnlocked())
                && agree(status.name(), leader.name())
                && agree(status.scope(), cluster.scope());
    }

    /** Older releases leave names out. */
    private static boolean agree(@Nullable String one, @Nullable String other) {
        return one == null || other == null || one.equals(other);
    }

    private static URI confirmation(String apiUrl, URI endpoint) throws IOException {
        URI uri;
        try {
            uri = new URI(apiUrl).resolve("/primary");
        } catch (URISyntaxException e) {
            throw new IOException("the leader's api_url is not a URL", e);
        }
        if (!BoundedGet.canAsk(uri)) {
            throw new IOException("the leader's api_url is not one of a REST API");
        }
        if (scheme(endpoint).equals("https") && !scheme(uri).equals("https")) {
            throw new IOException("the leader's api_url (" + uri + ") is not https, as this endpoint is");
        }
        return uri;
    }

    /** {@return the body, or null if the status was another than 200} */
    private byte @Nullable [] get(URI uri) throws IOException {
        long left = (deadline - clock.nanos()) / 1_000_000;
        if (left <= 0) {
            throw new IOException("no time left to ask " + uri);
        }
        // What an answer names as an address gets no credentials that were not meant for it.
        boolean isTrusted = endpoints.stream().anyMatch(endpoint -> isSameServer(endpoint, uri));
        var get = new BoundedGet(uri, isTrusted ? authorization : null);
        running.add(get);
        try {
            if (over) {
                throw new IOException("no longer waited for");
            }
            return get.body((int) Math.min(left, Integer.MAX_VALUE));
        } catch (IOException e) {
            throw new IOException("GET " + uri + " failed: " + e.getMessage(), e);
        } finally {
            running.remove(get);
        }
    }

    private static boolean isSameServer(URI one, URI other) {
        return scheme(one).equals(scheme(other))
                && one.getHost().equalsIgnoreCase(other.getHost())
                && port(one) == port(other);
    }

    private static int port(URI uri) {
        if (uri.getPort() != -1) {
            return uri.getPort();
        }
        return scheme(uri).equals("https") ? 443 : 80;
    }

    private static String scheme(URI uri) {
        return uri.getScheme().toLowerCase(Locale.ROOT);
    }
}
