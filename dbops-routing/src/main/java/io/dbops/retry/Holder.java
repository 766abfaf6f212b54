package io.dbops.retry;

/**
 * Who keeps a transaction open.
 *
 * @param isPrepared whether that is nobody but the transaction itself: prepared, and waiting for whoever prepared it
 * @param what who, what it does, and what was done about it
 */
record Holder(boolean isPrepared, String what) {

    Finding finding() {
        return isPrepared ? Finding.unknown(what) : Finding.pending(what);
    }
}
