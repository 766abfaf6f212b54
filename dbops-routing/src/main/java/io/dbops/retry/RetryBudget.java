package io.dbops.retry;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * Bounds how much load retries add: a bucket of tokens, one for each retry.
 *
 * <p>A unit that goes through gives back what its retries took, and a little more; one that is given up does not. So
 * conflicts that pass cost nothing, and a database that fails everything is soon left alone: then retries are the given
 * share of what goes through. The scheme is that of the token bucket of the AWS SDK's standard retry mode.
 *
 * <p>Thread-safe, without locks; while the bucket is full, a success costs one volatile read.
 */
final class RetryBudget {

    private static final int TOKEN = 1_000;

    private final int capacity;
    private final int perSuccess;
    private final AtomicInteger saved;

    /**
     * @param retries how many retries may fail at a stretch
     * @param share how many retries each success adds, from 0 to 1
     */
    RetryBudget(int retries, double share) {
        capacity = Math.multiplyExact(retries, TOKEN);
        perSuccess = (int) Math.round(share * TOKEN);
        saved = new AtomicInteger(capacity);
    }

    /** Takes what a retry costs, if it is there. */
    boolean take() {
        int before = saved.get();
        while (before >= TOKEN) {
            if (saved.compareAndSet(before, before - TOKEN)) {
                return true;
            }
            before = saved.get();
        }
        return false;
    }

    /** A unit has gone through after so many retries. */
    void succeeded(int retries) {
        int before = saved.get();
        while (before < capacity) {
            int after = Math.min(capacity, before + retries * TOKEN + perSuccess);
            if (saved.compareAndSet(before, after)) {
                return;
            }
            before = saved.get();
        }
    }
}
