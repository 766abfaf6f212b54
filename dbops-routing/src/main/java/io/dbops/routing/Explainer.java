package io.dbops.routing;

import io.dbops.Explanation;
import io.dbops.Explanation.Candidate;
import io.dbops.RoutingDecision;
import io.dbops.RoutingDecision.Reason;
import io.dbops.dialect.Role;
import io.dbops.routing.Health.Standing;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * Where a read of one view may go by what a snapshot says at an instant, and in words why not elsewhere. No unit of work
 * waits for this: it is asked for by people, and by rehearsals.
 */
final class Explainer {

    private final SessionView view;
    private final Snapshot snapshot;
    private final long now;

    /** Where a read would go. Without a node it waits for one. */
    record Choice(@Nullable RoutedNode node, Reason reason) {}

    Explainer(SessionView view, Snapshot snapshot, long now) {
        this.view = view;
        this.snapshot = snapshot;
        this.now = now;
    }

    /** By what is known now. */
    static Explainer now(SessionView view) {
        RouterCore core = view.core();
        return new Explainer(view, core.monitor().snapshot(), core.clock().nanos());
    }

    /** By what was known when a connection was chosen, where that was kept; else by what is known now. */
    static Explainer of(SessionView view, Stamp stamp) {
        Snapshot known = stamp.known;
        return known == null ? now(view) : new Explainer(view, known, stamp.chosenAt);
    }

    /** Where a read goes that begins now. */
    Choice choice() {
        if (view.requirement().isStrong()) {
            return new Choice(snapshot.primary, Reason.STRONG);
        }
        NodeView[] eligible =
                Arrays.stream(snapshot.known()).filter(this::isEligible).toArray(NodeView[]::new);
        if (eligible.length == 0) {
            return new Choice(snapshot.primary, view.requirement().whyNoReplica(snapshot, now));
        }
        var tiers = new Tiers(eligible);
        NodeView chosen = choose(tiers, view.session().avoided());
        if (chosen == null) {
            chosen = choose(tiers, null);
        }
        return chosen == null
                ? new Choice(snapshot.primary, Reason.REPLICA_NOT_READY)
                : new Choice(chosen.node, view.requirement().reasonFor(chosen, now));
    }

    private static @Nullable NodeView choose(Tiers tiers, @Nullable RoutedNode but) {
        int random = ThreadLocalRandom.current().nextInt();
        for (Tier tier : tiers.inOrder) {
            NodeView chosen = tier.choose((eligible, any) -> true, random, but);
            if (chosen != null) {
                return chosen;
            }
        }
        return null;
    }

    /** Counts where a unit of work would have gone that begins on the primary: as before, as long as it may. */
    void rehearse(Stamp stamp) {
        Choice choice = stamp.rehearsed;
        if (choice == null || (choice.reason.isReplica() && !isStillEligible(stamp))) {
            choice = choice();
            stamp.rehearsed = choice;
            if (view.requirement().isUnscoped(choice.reason)) {
                view.core().countUnscoped();
            }
        }
        RoutedNode node = choice.node == null ? stamp.node : choice.node;
        node.rehearsed(choice.reason);
    }

    private boolean isStillEligible(Stamp stamp) {
        NodeView rehearsed = view.requirement().rehearsedOn(stamp);
        return rehearsed != null && isEligible(rehearsed);
    }

    /** Whether a read may go to a replica that begins now. */
    boolean isEligible(NodeView node) {
        return !view.requirement().isStrong()
                && node.role == Role.REPLICA
                && !node.node.isDrained()
                && view.requirement().admits(node, now, view.requirement().boundIn(snapshot));
    }

    /** Explains a read that begins now. */
    Explanation explain() {
        Choice choice = choice();
        return new Explanation(decision(choice), candidates(choice.reason));
    }

    /** Explains a decision that was made, or the one that was rehearsed in its place. */
    Explanation explain(Stamp stamp, RoutingDecision made) {
        Choice rehearsed = stamp.rehearsed;
        RoutingDecision decision = rehearsed == null || rehearsed.node == null
                ? made
                : new RoutingDecision(rehearsed.node.name(), rehearsed.reason);
        return new Explanation(Optional.of(decision), candidates(decision.reason()));
    }

    private Optional<RoutingDecision> decision(Choice choice) {
        RoutedNode node = choice.node;
        boolean isSpared = !choice.reason.isReplica()
                && choice.reason != Reason.STRONG
                && !view.core().primaryServesReads()
                && view.core().isWatching();
        return node == null || node.isDrained() || isSpared
                ? Optional.empty()
                : Optional.of(new RoutingDecision(node.name(), choice.reason));
    }

    private List<Candidate> candidates(Reason reason) {
        var candidates = new ArrayList<Candidate>();
        for (NodeView node : snapshot.known()) {
            candidates.add(node.node == snapshot.primary ? primary(node.node, reason) : other(node, reason));
        }
        return candidates;
    }

    private Candidate primary(RoutedNode node, Reason reason) {
        boolean isAsked = reason == Reason.WRITE || reason == Reason.STRONG;
        if (node.isDrained()) {
            return new Candidate(node.name(), false, "the primary, and drained");
        }
        return isAsked || view.core().primaryServesReads()
                ? new Candidate(node.name(), true, "the primary")
                : new Candidate(node.name(), false, "the primary, which is to be spared");
    }

    private Candidate other(NodeView node, Reason reason) {
        String name = node.node.name();
        if (reason == Reason.WRITE || reason == Reason.STRONG) {
            return new Candidate(name, false, "not the primary");
        }
        if (!isEligible(node)) {
            return new Candidate(name, false, whyNot(node));
        }
        return reason == Reason.REPLICA_NOT_READY
                ? new Candidate(name, false, "it gave no connection whose state is known")
                : new Candidate(name, true, (node.measured ? behind(node) : "it answers") + butRather(node.node));
    }

    /** Why others are preferred to a replica that may serve. */
    private static String butRather(RoutedNode node) {
        if (node.health().standing() != Standing.IN) {
            return ", but out of the rotation: it is slow, or fails";
        }
        return node.isNear() ? "" : ", but not in the zone that is preferred";
    }

    private String whyNot(NodeView node) {
        if (node.node.isDrained()) {
            return "drained";
        }
        if (node.role == Role.PRIMARY) {
            return "it takes writes, but is not the primary: " + snapshot.whyNoPrimary;
        }
        if (node.role == Role.UNKNOWN) {
            return node.reason;
        }
        if (view.requirement().isEventual()) {
            return "it has not answered for " + millis(now - node.observedAt);
        }
        if (!node.measured) {
            return "how far behind it is, is not known: " + node.reason;
        }
        if (now - node.freshAsOf > view.requirement().boundIn(snapshot)) {
            return behind(node) + ", which is more than "
                    + millis(view.requirement().boundIn(snapshot));
        }
        if (view.session().hasUnsettledWrites()) {
            return "whether a write of the session took effect is not known yet";
        }
        return view.session().isCoveredBy(node.freshAsOf)
                ? behind(node) + ", and not known to be as recent as what the session has read"
                : behind(node) + ", and not known to have the session's last write";
    }

    private String behind(NodeView node) {
        return "behind by at most " + millis(Math.max(0, now - node.freshAsOf));
    }

    private static String millis(long nanos) {
        return Duration.ofNanos(nanos).toMillis() + " ms";
    }
}
