package io.dbops.samples;

import io.dbops.Credentials;
import io.dbops.DbOps;
import io.dbops.pool.FittedPools;
import io.dbops.pool.PoolSizing;
import io.dbops.routing.LagAwareRouting;
import java.time.Duration;

/** Pools whose size is argued for, and refused with the arithmetic where it does not fit. */
public final class FittingPools {

    private FittingPools() {}

    /**
     * Runs it.
     *
     * @param args user, password, and the URLs of two nodes
     */
    public static void main(String[] args) {
        // tag::sizing
        FittedPools pools = FittedPools.upTo(9)
                .instances(3) // count those that a deployment starts before it stops the old ones
                .reserving(20) // for migrations, jobs and people
                .sizing(PoolSizing.unknown()
                        .arrivals(200, Duration.ofMillis(20)) // connections asked for a second, and held for
                        .threads(8, 2) // of which each may hold two connections at once
                        .server(4, 0, 3)); // cores, disks that seek, and instances that share them
        // end::sizing
        try (DbOps db = DbOps.named("orders")
                .node("db-1", args[2], Credentials.of(args[0], args[1]))
                .node("db-2", args[3], Credentials.of(args[0], args[1]))
                .pools(pools)
                .routing(LagAwareRouting.within(Duration.ofSeconds(2)))
                .open()) {
            System.out.println(db.topology().format());
        }
    }
}
