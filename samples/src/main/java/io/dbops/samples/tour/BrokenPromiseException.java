package io.dbops.samples.tour;

/** What was seen is not what was promised, or proves nothing. Ends the tour; the reason is its last line. */
final class BrokenPromiseException extends Exception {

    private static final long serialVersionUID = 1L;

    private final String reason;

    BrokenPromiseException(String reason) {
        super(reason);
        this.reason = reason;
    }

    String reason() {
        return reason;
    }

    /** Goes on if the promise was seen to hold. */
    static void unless(boolean held, String otherwise) throws BrokenPromiseException {
        if (!held) {
            throw new BrokenPromiseException(otherwise);
        }
    }
}
