package io.dbops.samples.tpcc;

import io.dbops.DbOps;
import io.dbops.retry.Retries;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Map;
import java.util.SplittableRandom;

/** The servers of one product, and what is done to them: all of this sample that is not the same for every product. */
interface Servers extends AutoCloseable {

    /** Starts servers of a product. */
    @FunctionalInterface
    interface Product {
        /** Starts them; the caller closes them. What goes wrong is drawn from the given randomness. */
        Servers start(SplittableRandom random) throws SQLException;
    }

    /** Something that goes wrong. */
    @FunctionalInterface
    interface Fault {
        /** Returns how many of what it strikes were struck, when that is done; 0 if there was nothing to strike. */
        long strike() throws SQLException;
    }

    /** The product and its version. */
    String version();

    /** Connects to the primary, on a way that no fault is on. The caller closes the connection. */
    Connection connect() throws SQLException;

    /** Opens dbops over connections that can be broken. The caller closes it, before the servers. */
    DbOps open(Retries retries) throws SQLException;

    /** What can go wrong, by what is struck. */
    Map<String, Fault> faults();

    /** Returns when a commit that was acknowledged cannot be lost, and a replica serves reads. */
    void awaitWell(DbOps db);

    /** Returns when no transaction of a client is open any more, not even of one that is gone. */
    void awaitQuiet();

    @Override
    void close();
}
