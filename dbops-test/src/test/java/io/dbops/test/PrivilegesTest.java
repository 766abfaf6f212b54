package io.dbops.test;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PrivilegesTest {
    @TempDir
    Path directory;

    @ParameterizedTest
    @EnumSource(mode = EnumSource.Mode.EXCLUDE, names = "OWN")
    void rootRunsServersAsSomebodyElse(Privileges privileges) throws IOException, SQLException {
        assumeTrue(Integer.valueOf(0).equals(Files.getAttribute(directory, "unix:uid")), "needs root");
        Path left;
        try (var cluster = EmbeddedCluster.builder().privileges(privileges).start()) {
            left = cluster.directory();
            Rows.create(cluster.primary());
            Rows.insert(cluster.primary(), "other user");
            cluster.awaitCaughtUp(Duration.ofSeconds(20));
            EmbeddedNode replica = cluster.replicas().get(0);
            assertThat(Rows.count(replica, "other user")).isOne();

            replica.kill();
            replica.reclone();
            assertThat(Rows.count(replica, "other user")).isOne();
        }
        assertThat(left).doesNotExist();
    }

    @Test
    void ordinaryUserNeedsNoPrefix() throws IOException {
        boolean root = Integer.valueOf(0).equals(Files.getAttribute(directory, "unix:uid"));
        assertThat(Privileges.detect(directory) == Privileges.OWN).isNotEqualTo(root);
    }
}
