package io.dbops.routing;

import io.dbops.ClusterEvent;
import io.dbops.ClusterEvent.Contested;
import io.dbops.dialect.Observation;
import io.dbops.dialect.Position;
import io.dbops.dialect.ServerIdentity;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which server is followed as the primary, and when another may take its place.
 *
 * <p>Servers do not tell who is primary; they tell whether they take writes, and several may. Following the newest, or
 * the first, loses writes: a standby promoted by mistake, a restored copy, or an old primary that comes back takes
 * writes too. So:
 *
 * <ul>
 *   <li>The leader stays until it is seen to take no writes, or is unreachable: its address refuses connections twice,
 *       or nothing was heard of it for a given time.
 *   <li>Only then another follows on it, of a later lineage of the same cluster, and proven to descend: while the
 *       leader led it was seen to have reached a sample of the leader's log, and it is not behind that now. If it was
 *       restarted since, another server may answer by its name: then nothing is known of what it kept.
 *   <li>A server on a lineage that was left behind is never followed, whatever becomes of the others.
 *   <li>Anything else that takes writes is a rival, and while there is one nobody is written to, unless an authority
 *       has named the primary.
 * </ul>
 *
 * <p>Not thread-safe: guarded by its {@link Monitor}.
 */
final class Leadership {

    /** How a node that takes writes is to be taken. */
    enum Verdict {
        /** It is the leader that it was. */
        LEADS_ON,
        /** It leads from now on, in a new epoch. */
        BEGINS,
        /** It must not be written to. */
        LEFT_ALONE
    }

    /** What a node had reached of the leader's log when it was last seen there: what it can be trusted to hold. */
    record Reached(long freshAsOf, Position position, ServerIdentity server) {}

    /** How little came from a node. */
    enum Silence {
        /** It answers, but refuses. */
        REFUSES,
        /** Nothing came from it. */
        SILENT,
        /** Its address refuses connections: nothing listens there. */
        NOBODY_THERE
    }

    private static final int REFUSALS_ENOUGH = 2;

    private final long silentForNanos;
    private final Map<RoutedNode, Reached> reached = new HashMap<>();
    private final Map<RoutedNode, String> rivals = new LinkedHashMap<>();

    private @Nullable RoutedNode leader;
    private @Nullable ServerIdentity server;
    private @Nullable Position position;
    private @Nullable RoutedNode named;
    private @Nullable String abdication;
    private boolean removed;
    private boolean answers;
    private long lastAnswer;
    private int refusals;

    Leadership(long silentForNanos) {
        this.silentForNanos = silentForNanos;
    }

    /** A node takes writes. */
    Verdict takesWrites(RoutedNode node, Observation.Primary observation, boolean continuesSamples, long now) {
        if (leader == null) {
            return mayBeFirst(node) ? begin(node, observation, now) : contend(node, "an authority names another node");
        }
        Position last = position;
        if (last != null && last.mayFollowOn(observation.position())) {
            rivals.remove(node);
            abdicate(node, "it is on a timeline that was left behind");
            return Verdict.LEFT_ALONE;
        }
        if (leader == node || (removed && isRunOf(observation.server()))) {
            return leadOn(node, observation, continuesSamples, now);
        }
        if (named == node) {
            return begin(node, observation, now);
        }
        if (last == null || !observation.position().mayFollowOn(last)) {
            return contend(node, "it does not descend from " + leader);
        }
        Reached proof = reached.get(node);
        if (proof == null || proof.position.isBeyond(observation.position())) {
            return contend(
                    node, "it was never seen to follow " + leader + ", so it is not proven to have what that had");
        }
        return isGone(now) && rivals.keySet().stream().allMatch(rival -> rival == node)
                ? begin(node, observation, now)
                : contend(node, leader + " is not known to have stopped");
    }

    private boolean mayBeFirst(RoutedNode node) {
        return named == null || named == node;
    }

    private Verdict leadOn(RoutedNode node, Observation.Primary observation, boolean continuesSamples, long now) {
        boolean isTheSame = abdication == null && continuesSamples && isRunOf(observation.server());
        if (!isTheSame) {
            return begin(node, observation, now);
        }
        heard(now);
        position = observation.position();
        return Verdict.LEADS_ON;
    }

    private Verdict begin(RoutedNode node, Observation.Primary observation, long now) {
        if (leader != node) {
            rivals.clear();
        }
        if (leader != node || position == null || !observation.position().covers(position)) {
            // What they had of another log proves nothing for this one.
            reached.clear();
        }
        leader = node;
        removed = false;
        server = observation.server();
        position = observation.position();
        abdication = null;
        heard(now);
        return Verdict.BEGINS;
    }

    private Verdict contend(RoutedNode node, String reason) {
        rivals.put(node, reason);
        return Verdict.LEFT_ALONE;
    }

    private void heard(long now) {
        lastAnswer = now;
        refusals = 0;
        answers = true;
    }

    /** A node takes no writes. */
    void takesNoWrites(RoutedNode node) {
        rivals.remove(node);
        abdicate(node, "it takes no writes any more");
    }

    private void abdicate(RoutedNode node, String reason) {
        if (leader == node) {
            abdication = reason;
            answers = true;
        }
    }

    /** A node has reached this much of the leader's log. */
    void reached(RoutedNode node, ServerIdentity by, long freshAsOf, Position at) {
        reached.put(node, new Reached(freshAsOf, at, by));
    }

    /** What this run of a node's server was last seen to have of the leader's log. */
    @Nullable
    Reached reachedBy(RoutedNode node, ServerIdentity by) {
        Reached last = reached.get(node);
        return last != null && last.server.isSameRunAs(by) ? last : null;
    }

    /** Whether this is the run of the server that leads, or led last. */
    boolean isRunOf(ServerIdentity other) {
        return server != null && server.isSameRunAs(other);
    }

    /** Whether the server leads already, by the name of another node. */
    boolean leadsAsAnother(RoutedNode node, ServerIdentity other) {
        return leader != null && leader != node && abdication == null && isRunOf(other);
    }

    /** A node could not be observed. */
    void failed(RoutedNode node, Silence silence, long now) {
        if (leader != node) {
            rivals.remove(node);
        } else if (silence == Silence.REFUSES) {
            heard(now);
        } else {
            answers = false;
            refusals = silence == Silence.NOBODY_THERE ? refusals + 1 : 0;
        }
    }

    /** A node is not part of the cluster any more. */
    void removed(RoutedNode node) {
        rivals.remove(node);
        reached.remove(node);
        removed |= leader == node;
        abdicate(node, "it was removed");
    }

    /** The authority's answer, or {@code null} while there is none. */
    void named(@Nullable RoutedNode node) {
        named = node;
    }

    /** Whether the leader has stopped, as far as anybody can tell. */
    private boolean isGone(long now) {
        return abdication != null || (!answers && (now - lastAnswer > silentForNanos || refusals >= REFUSALS_ENOUGH));
    }

    /** Whether nothing is heard of the leader, so that it may be gone or only out of reach. */
    boolean isSilent() {
        return leader != null && !answers;
    }

    /** Whether nothing listens at the leader's address. */
    boolean isDeserted() {
        return isSilent() && refusals > 0;
    }

    @Nullable
    RoutedNode leader() {
        return leader;
    }

    @Nullable
    Position position() {
        return position;
    }

    /** The node that may be written to. */
    @Nullable
    RoutedNode primary() {
        boolean undisputed = rivals.isEmpty() || named == leader;
        boolean revoked = named != null && named != leader;
        return abdication == null && undisputed && !revoked ? leader : null;
    }

    /** Why nobody may be written to. */
    String whyNone() {
        if (leader == null) {
            return rivals.isEmpty() ? "none was seen yet" : phrase();
        }
        if (abdication != null) {
            return leader + ": " + abdication + (rivals.isEmpty() ? "" : "; " + phrase());
        }
        return named != null && named != leader ? "the authority names " + named + ", not " + leader : phrase();
    }

    private String phrase() {
        var text = new StringBuilder();
        rivals.forEach((rival, reason) -> text.append(text.isEmpty() ? "" : "; ")
                .append(rival)
                .append(" takes writes, but ")
                .append(reason));
        return text.toString();
    }

    @Nullable
    String rivalry(RoutedNode node) {
        return rivals.get(node);
    }

    boolean isContested() {
        return leader != null && abdication == null && !rivals.isEmpty() && named != leader;
    }

    ClusterEvent contest() {
        List<String> nodes = new ArrayList<>();
        nodes.add(String.valueOf(leader));
        rivals.keySet().forEach(rival -> nodes.add(rival.name()));
        return new Contested(nodes);
    }
}
