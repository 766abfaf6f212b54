package io.dbops.routing;

import static io.dbops.routing.FakePatroni.itself;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Whom Patroni's answers make primary. What happens when it does not answer is in {@link PatroniTroubleTest}. */
class PatroniAuthorityTest {

    private static final Set<String> NODES = Set.of("db-1", "db-2", "db-3");

    private final FakePatroni first = new FakePatroni();
    private final FakePatroni second = new FakePatroni();

    PatroniAuthorityTest() throws IOException {}

    @AfterEach
    void close() {
        first.close();
        second.close();
    }

    private PatroniAuthority authority() {
        return PatroniAuthority.at(List.of(first.uri())).answeringWithin(Duration.ofSeconds(20));
    }

    private PatroniAuthority authorityOfBoth() {
        return PatroniAuthority.at(List.of(first.uri(), second.uri())).answeringWithin(Duration.ofSeconds(20));
    }

    /** The first one leads, and both know. */
    private void healthy() {
        String[] members = {first.member("db-1", "leader", "running"), second.member("db-2", "replica", "streaming")};
        first.cluster(members).confirming("db-1");
        second.cluster(members).denying("db-2");
    }

    @Test
    void leaderThatConfirmsItselfIsPrimary() throws Exception {
        healthy();
        assertThat(authority().primary(NODES)).contains("db-1");
        assertThat(authorityOfBoth().primary(NODES)).contains("db-1");
        assertThat(first.requests()).startsWith("/cluster", "/primary");
        assertThat(second.requests()).doesNotContain("/primary");
    }

    @Test
    void followsTheLeader() throws Exception {
        healthy();
        PatroniAuthority authority = authorityOfBoth();
        assertThat(authority.primary(NODES)).contains("db-1");
        String[] members = {first.member("db-1", "replica", "running"), second.member("db-2", "leader", "running")};
        first.cluster(members).denying("db-1");
        second.cluster(members).confirming("db-2");
        assertThat(authority.primary(NODES)).contains("db-2");
    }

    @Test
    void nobodyIsPrimaryWithoutALeader() throws Exception {
        first.cluster(first.member("db-1", "replica", "running"), second.member("db-2", "sync_standby", "streaming"))
                .confirming("db-1");
        assertThat(authority().primary(NODES)).isEmpty();
        first.cluster();
        assertThat(authority().primary(NODES)).isEmpty();
    }

    @Test
    void nobodyIsPrimaryWithTwoLeaders() throws Exception {
        first.cluster(first.member("db-1", "leader", "running"), second.member("db-2", "leader", "running"))
                .confirming("db-1");
        second.confirming("db-2");
        assertThat(authority().primary(NODES)).isEmpty();
    }

    @Test
    void leaderOfAStandbyClusterIsNotPrimary() throws Exception {
        first.cluster(first.member("db-1", "standby_leader", "running")).confirming("db-1");
        assertThat(authority().primary(NODES)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"starting", "stopped", "crashed", "stopping", "in archive recovery", ""})
    void leaderThatDoesNotRunIsNotPrimary(String state) throws Exception {
        first.cluster(first.member("db-1", "leader", state)).confirming("db-1");
        assertThat(authority().primary(NODES)).isEmpty();
    }

    @Test
    void leaderThatDoesNotConfirmIsNotPrimary() throws Exception {
        first.cluster(first.member("db-1", "leader", "running")).denying("db-1");
        assertThat(authority().primary(NODES)).isEmpty();
    }

    @Test
    void leaderWithoutAnAddressIsNotPrimary() throws Exception {
        first.cluster("{\"name\": \"db-1\", \"role\": \"leader\", \"state\": \"running\"}")
                .confirming("db-1");
        assertThat(authority().primary(NODES)).isEmpty();
    }

    /** Patroni answers 200 by the server's role alone while it is paused and cannot see its store. */
    @Test
    void pausedPrimaryWithoutALockIsNotPrimary() throws Exception {
        healthy();
        first.on("/primary", 200, itself("db-1", "primary", "\"pause\": true, \"cluster_unlocked\": true,"));
        assertThat(authority().primary(NODES)).isEmpty();
        first.on("/primary", 200, itself("db-1", "primary", "\"pause\": true,"));
        assertThat(authority().primary(NODES)).as("paused, with the lock").contains("db-1");
    }

    /** The lock comes before the promotion. */
    @Test
    void leaderThatIsNotPromotedYetIsNotPrimary() throws Exception {
        healthy();
        first.on("/primary", 200, itself("db-1", "replica", ""));
        assertThat(authority().primary(NODES)).isEmpty();
    }

    @Test
    void answerOfAnotherMemberOrClusterConfirmsNothing() throws Exception {
        healthy();
        first.confirming("db-2");
        assertThat(authority().primary(NODES)).isEmpty();
        first.on("/primary", 200, itself("db-1", "primary", "").replace("batman", "robin"));
        assertThat(authority().primary(NODES)).isEmpty();
    }

    @Test
    void olderReleasesLeaveNamesOutAndSayMaster() throws Exception {
        first.on("/cluster", 200, "{\"members\": [" + first.member("db-1", "leader", "running") + "]}")
                .on("/primary", 200, "{\"state\": \"running\", \"role\": \"master\", \"timeline\": 5}");
        assertThat(authority().primary(NODES)).contains("db-1");
    }

    /** Whichever endpoint answers first, and though most of them may be wrong. */
    @Test
    void memberThatTellsFromMemoryIsOutvotedByTheLock() throws Exception {
        try (FakePatroni third = new FakePatroni()) {
            String[] memory = {first.member("db-1", "leader", "running"), second.member("db-2", "replica", "running")};
            String[] truth = {first.member("db-1", "replica", "stopped"), second.member("db-2", "leader", "running")};
            first.cluster(memory).denying("db-1");
            third.cluster(memory);
            second.cluster(truth).confirming("db-2");
            for (List<URI> order : List.of(
                    List.of(first.uri(), third.uri(), second.uri()), List.of(second.uri(), third.uri(), first.uri()))) {
                assertThat(PatroniAuthority.at(order)
                                .answeringWithin(Duration.ofSeconds(20))
                                .primary(NODES))
                        .contains("db-2");
            }
        }
    }

    @Test
    void membersMayHaveOtherNamesThanNodes() throws Exception {
        first.cluster(first.member("postgresql0", "leader", "running")).confirming("postgresql0");
        assertThat(authority()
                        .naming(Map.of("postgresql0", "db-1", "postgresql1", "db-2"))
                        .primary(NODES))
                .contains("db-1");
    }

    @Test
    void memberThatIsNoNodeIsNamed() {
        healthy();
        for (PatroniAuthority authority :
                List.of(authority().naming(Map.of("db-2", "db-1")), authority().naming(Map.of("db-1", "db-9")))) {
            assertThatThrownBy(() -> authority.primary(NODES))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("leader (db-1): is none of the nodes")
                    .hasMessageContaining(".naming(");
        }
        assertThatThrownBy(() -> authority().primary(Set.of("db-2")))
                .hasMessageContaining("leader (db-1): is none of the nodes [db-2]");
    }

    @Test
    void authorizationGoesToGivenEndpointsOnly() throws Exception {
        second.cluster(second.member("db-2", "replica", "running"), first.member("db-1", "leader", "running"));
        first.confirming("db-1");
        PatroniAuthority authority = PatroniAuthority.at(List.of(second.uri()))
                .answeringWithin(Duration.ofSeconds(20))
                .authorization("Bearer s3cret");
        assertThat(authority.primary(NODES)).contains("db-1");
        assertThat(second.requests()).containsExactly("/cluster by Bearer s3cret");
        assertThat(first.requests())
                .as("an address out of an answer, not of the configuration")
                .containsExactly("/primary");

        healthy();
        assertThat(authority().authorization("Bearer s3cret").primary(NODES)).contains("db-1");
        assertThat(first.requests()).contains("/primary by Bearer s3cret");
    }

    @Test
    void redirectsAreNotFollowed() throws Exception {
        healthy();
        first.on("/primary", exchange -> {
            exchange.getResponseHeaders().add("Location", second.uri() + "/elsewhere");
            exchange.sendResponseHeaders(302, -1);
        });
        second.on("/elsewhere", 200, itself("db-1", "primary", ""));
        assertThat(authority().primary(NODES)).isEmpty();
        assertThat(second.requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://user:s3cret@db-1:8008",
                "http://db-1:8008/cluster",
                "http://db-1:8008?s3cret",
                "http://db-1:8008#s3cret",
                "ftp://db-1:8008",
                "db-1:8008",
                "mailto:s3cret",
                "/cluster",
            })
    void endpointsOfAnotherFormAreRejected(String endpoint) {
        assertThatThrownBy(() -> PatroniAuthority.at(List.of(URI.create(endpoint))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("must be http://host:port")
                .hasMessageNotContaining("s3cret");
    }

    @Test
    void settingsAreChecked() {
        assertThatThrownBy(() -> PatroniAuthority.at(List.of())).hasMessageContaining("must be at least one");
        for (Duration limit : List.of(Duration.ZERO, Duration.ofNanos(999_999), Duration.ofSeconds(61))) {
            assertThatThrownBy(() -> authority().answeringWithin(limit))
                    .hasMessageContaining("must be from 1 ms to 1 min");
        }
        assertThatThrownBy(() -> authority().naming(Map.of("a", "db-1", "b", "db-1")))
                .hasMessageContaining("two members must not be one node");
        assertThatThrownBy(() -> authority().authorization("s3cret\r\nHost: elsewhere"))
                .hasMessageContaining("one line")
                .hasMessageNotContaining("s3cret");
        assertThat(authority().authorization("Bearer s3cret")).hasToString("PatroniAuthority[" + first.uri() + "]");
    }
}
