package io.dbops.routing.torture;

/**
 * Something that is done to the cluster or a process, and undone.
 *
 * @param text for people
 * @param crashOf the primary that crashes by it, or empty
 * @param begin does it
 * @param heal undoes it
 */
record Fault(String text, String crashOf, Step begin, Step heal) {

    /** Something done to the cluster. */
    @FunctionalInterface
    interface Step {
        void run() throws Exception;

        Step NOTHING = () -> {};
    }

    Fault(String text, Step begin, Step heal) {
        this(text, "", begin, heal);
    }
}
