package io.dbops.samples;

import io.dbops.Credentials;
import io.dbops.DbOps;
import io.dbops.PoolStatus;
import io.dbops.pool.FleetPools;
import io.dbops.routing.LagAwareRouting;
import java.time.Duration;

/** Pools that divide what the servers allow among all instances that are running. */
public final class SharingPools {

    private SharingPools() {}

    /**
     * Runs it.
     *
     * @param args user, password, and the URLs of two nodes
     */
    public static void main(String[] args) {
        // tag::sharing
        FleetPools pools = FleetPools.reserving(20) // for migrations, jobs, people, other databases of the server
                .instances(6) // places: count those that a deployment starts before it stops the old ones
                .floor(2) // connections that each of them always has
                .upTo(40); // however much is free
        // end::sharing
        try (DbOps db = DbOps.named("orders")
                .node("db-1", args[2], Credentials.of(args[0], args[1]))
                .node("db-2", args[3], Credentials.of(args[0], args[1]))
                .pools(pools)
                .routing(LagAwareRouting.within(Duration.ofSeconds(2)))
                .open()) {
            for (PoolStatus pool : db.pools()) {
                System.out.println(pool.format());
            }
        }
    }
}
