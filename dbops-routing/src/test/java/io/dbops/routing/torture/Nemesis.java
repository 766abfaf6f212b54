package io.dbops.routing.torture;

import io.dbops.routing.torture.Trouble.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * Does one bad thing after another, by the seed, and notes when. Each episode ends with a healthy cluster, so that a run
 * always gets on. The deck of episodes is shuffled anew when all have had their turn.
 */
final class Nemesis {

    private final Rig rig;
    private final SplittableRandom random;
    private final boolean everything;
    private final Faults faults;
    private final Successions successions;
    final List<Trouble> troubles = new ArrayList<>();
    final Map<String, Integer> episodes = new TreeMap<>();
    final List<String> notRecovered = new ArrayList<>();

    Nemesis(Rig rig, long seed, boolean everything) {
        this.rig = rig;
        this.everything = everything;
        random = new SplittableRandom(seed);
        faults = new Faults(rig, random);
        successions = new Successions(rig, random);
    }

    /** An episode: what it is called, and what it does. */
    private record Card(String name, Fault.Step step) {}

    /** Until there is no more to do. */
    void run(BooleanSupplier over) throws Exception {
        recover(System.nanoTime());
        List<Card> deck = new ArrayList<>();
        while (!over.getAsBoolean()) {
            if (deck.isEmpty()) {
                deck = deck();
            }
            Card card = deck.remove(random.nextInt(deck.size()));
            episodes.merge(card.name, 1, Integer::sum);
            card.step.run();
            recover(System.nanoTime());
        }
    }

    /** One of each kind; each successor in office costs seconds, so a short run draws only some of the others. */
    private List<Card> deck() {
        var cards = new ArrayList<Card>();
        for (Faults.Kind kind : some(faults.ofServers(), 3)) {
            cards.add(new Card(kind.name(), () -> faults(List.of(kind.draw().get()))));
        }
        for (Faults.Kind kind : some(faults.ofNetwork(), 2)) {
            cards.add(new Card(kind.name(), () -> faults(List.of(kind.draw().get()))));
        }
        for (int i = 0; i < (everything ? 4 : 1); i++) {
            cards.add(new Card(
                    "two at once",
                    () -> faults(List.of(
                            draw(faults.ofServers()).draw().get(),
                            draw(faults.ofNetwork()).draw().get()))));
        }
        cards.add(new Card("failover", () -> troubles.add(successions.failover())));
        cards.add(new Card("failover to laggard", () -> troubles.add(successions.failoverToLaggard())));
        cards.add(new Card("zombie by cut", () -> troubles.add(successions.zombieByCut())));
        cards.add(new Card("zombie by blinding", () -> troubles.add(successions.zombieByBlinding())));
        cards.add(new Card("zombie by freeze", () -> troubles.add(successions.zombieByFreeze())));
        cards.add(new Card("switchover", () -> troubles.add(successions.switchover())));
        String only = System.getProperty("dbops.episode");
        if (only != null) {
            cards.removeIf(card -> !card.name.equals(only));
            if (cards.isEmpty()) {
                throw new IllegalArgumentException("dbops.episode (" + only + "): there is none of that name");
            }
        }
        return cards;
    }

    private <T> List<T> some(List<T> all, int count) {
        var rest = new ArrayList<>(all);
        while (!everything && System.getProperty("dbops.episode") == null && rest.size() > count) {
            rest.remove(random.nextInt(rest.size()));
        }
        return rest;
    }

    private <T> T draw(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private void faults(List<Fault> together) throws Exception {
        long begun = System.nanoTime();
        for (Fault fault : together) {
            fault.begin().run();
            Rig.hold(random.nextLong(300, 1_500));
        }
        Rig.hold(random.nextLong(2_000));
        // The one that was done last is undone first: a server cannot be asked while it cannot be reached.
        for (int i = together.size() - 1; i >= 0; i--) {
            together.get(i).heal().run();
        }
        long over = System.nanoTime();
        for (Fault fault : together) {
            Kind kind = fault.crashOf().isEmpty() ? Kind.FAULT : Kind.CRASH;
            troubles.add(new Trouble(kind, fault.crashOf(), "", begun, begun, begun, over, fault.text()));
        }
    }

    private void recover(long since) {
        String wrong = rig.awaitHealthy();
        long well = System.nanoTime();
        if (!wrong.isEmpty()) {
            Trouble last = troubles.isEmpty() ? null : troubles.get(troubles.size() - 1);
            notRecovered.add(wrong + "\n    last trouble: " + last);
            return;
        }
        Rig.hold(random.nextLong(500, 1_500));
        troubles.add(new Trouble(
                Kind.HEALTHY,
                "",
                "",
                well,
                well,
                well,
                System.nanoTime(),
                "after " + (well - since) / 1_000_000 + " ms of recovery"));
    }
}
