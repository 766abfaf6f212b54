package io.dbops.samples.tour;

import io.dbops.test.EmbeddedNode;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;

/** Another application that writes to the primary: 200 small inserts a second, from a thread of its own. */
final class BackgroundLoad implements AutoCloseable {

    private static final long PERIOD_MILLIS = 5;

    private final Connection connection;
    private final PreparedStatement insert;
    private final ScheduledExecutorService writer;
    private final ScheduledFuture<?> writing;

    private BackgroundLoad(Connection connection) throws SQLException {
        this.connection = connection;
        insert = connection.prepareStatement("insert into orders (item) select repeat('x', 500)");
        writer = Executors.newSingleThreadScheduledExecutor();
        writing = writer.scheduleAtFixedRate(this::write, 0, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
    }

    static BackgroundLoad on(EmbeddedNode primary) throws SQLException {
        return new BackgroundLoad(primary.connect());
    }

    private void write() {
        try {
            insert.executeUpdate();
        } catch (SQLException e) {
            throw new IllegalStateException("the background load failed", e);
        }
    }

    /** Fails if the writer has stopped writing. */
    void check() throws ExecutionException, InterruptedException {
        if (writing.isDone()) {
            writing.get();
        }
    }

    @Override
    public void close() throws SQLException {
        writer.shutdownNow();
        try {
            writer.awaitTermination(5, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            connection.close();
        }
    }
}
