package io.dbops.retry;

/** Runs units of work again when that is safe and may help. */
public final class Retries {
    private Retries() {}
}
