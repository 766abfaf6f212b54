package io.dbops.benchmarks.storm;

import io.dbops.retry.Retries;
import java.time.Duration;

/** How what was refused is run again. */
enum Policy {
    GATED("dbops, as it comes", new Workload[] {Workload.TRANSFERS, Workload.READ_MODIFY_WRITE}) {
        @Override
        Retries retries() {
            return base();
        }
    },
    UNGATED("the same without the gate", new Workload[] {Workload.TRANSFERS, Workload.READ_MODIFY_WRITE}) {
        @Override
        Retries retries() {
            return base().withoutGate();
        }
    },
    LONGER("waits of 5 ms and more", new Workload[] {Workload.READ_MODIFY_WRITE}) {
        @Override
        Retries retries() {
            return base().withoutGate().backingOff(Duration.ofMillis(5), Duration.ofMillis(200));
        }
    },
    LONGEST("waits of 20 ms and more", new Workload[] {Workload.READ_MODIFY_WRITE}) {
        @Override
        Retries retries() {
            return base().withoutGate().backingOff(Duration.ofMillis(20), Duration.ofMillis(500));
        }
    },
    ORDERED("rows locked in order", new Workload[] {Workload.ORDERED_TRANSFERS}) {
        @Override
        Retries retries() {
            return base().withoutGate();
        }
    };

    private final String title;
    private final Workload[] workloads;

    Policy(String title, Workload[] workloads) {
        this.title = title;
        this.workloads = workloads;
    }

    String title() {
        return title;
    }

    Workload[] workloads() {
        return workloads.clone();
    }

    abstract Retries retries();

    /** No unit is given up, so that all contenders do the same work. */
    private static Retries base() {
        return Retries.attempts(100).deadline(Duration.ofMinutes(10)).spending(1_000_000, 1);
    }
}
