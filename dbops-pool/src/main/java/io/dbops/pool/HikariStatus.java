package io.dbops.pool;

import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.HikariPoolMXBean;
import io.dbops.PoolStatus;
import java.util.List;

/** What HikariCP tells of a pool. */
final class HikariStatus {

    private HikariStatus() {}

    /** The status of a pool that may be closed, and then holds nothing. */
    static PoolStatus of(String node, HikariDataSource pool, int slots, List<PoolStatus.Instance> fleet) {
        HikariPoolMXBean figures = pool.getHikariPoolMXBean();
        if (figures == null || pool.isClosed()) {
            return new PoolStatus(node, 0, 0, 0, 0, slots, fleet);
        }
        return new PoolStatus(
                node,
                pool.getMaximumPoolSize(),
                figures.getTotalConnections(),
                figures.getActiveConnections(),
                figures.getThreadsAwaitingConnection(),
                slots,
                fleet);
    }
}
