package io.dbops.retry.torture;

import io.dbops.retry.torture.Contender.Fate;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What the surviving primary has of a contender's units, held against what its clients were told. */
final class Audit {

    private static final int MOST_EXAMPLES = 20;

    final Contender contender;
    final Map<Fate, Long> told = new EnumMap<>(Fate.class);

    /** Units that were done more than once. */
    long duplicates;

    /** Units of unknown outcome that were done. */
    long unknownDone;

    /** What the clients were told wrongly; of many the first. */
    final List<String> violations = new ArrayList<>();

    private Audit(Contender contender) {
        this.contender = contender;
    }

    static Audit of(Contender contender, Map<Long, Fate> fates, Map<Long, Integer> ledger) {
        var audit = new Audit(contender);
        var left = new HashMap<>(ledger);
        fates.forEach((id, fate) -> {
            Integer times = left.remove(id);
            audit.unit(id, fate, times == null ? 0 : times);
        });
        left.forEach((id, times) -> audit.violated("unit " + id + " was never asked for"));
        return audit;
    }

    private void unit(long id, Fate fate, int times) {
        told.merge(fate, 1L, Long::sum);
        if (times > 1) {
            duplicates++;
        }
        if (fate == Fate.UNKNOWN && times > 0) {
            unknownDone++;
        }
        boolean isRight = switch (fate) {
            case ACKNOWLEDGED -> times == 1;
            case ACKNOWLEDGED_UNREPLICATED, UNKNOWN -> times <= 1;
            case FAILED -> times == 0;
        };
        if (!isRight) {
            violated("unit " + id + ", " + fate + ", was done " + times + " times");
        }
    }

    private void violated(String what) {
        if (violations.size() < MOST_EXAMPLES) {
            violations.add(contender + ": " + what);
        }
    }

    long told(Fate fate) {
        return told.getOrDefault(fate, 0L);
    }

    long units() {
        return told.values().stream().mapToLong(Long::longValue).sum();
    }

    @Override
    public String toString() {
        return contender + ": " + units() + " units, " + told + ", of unknown done " + unknownDone + ", duplicates "
                + duplicates + ", commits without answer " + contender.resolved + ", errors " + contender.failures;
    }
}
