package io.dbops.samples.tpcc;

/** An order names an item that does not exist: the business rule by which one order in a hundred is rolled back. */
final class UnusedItemException extends Exception {

    private static final long serialVersionUID = 1L;

    UnusedItemException(int item) {
        super("item " + item + " is not for sale");
    }
}
