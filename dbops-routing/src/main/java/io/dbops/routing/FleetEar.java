package io.dbops.routing;

import io.dbops.dialect.Dialect;
import io.dbops.dialect.ErrorClass;
import io.dbops.dialect.ServerIdentity;
import io.dbops.routing.FleetMessage.Question;
import io.dbops.routing.FleetWitness.Inquiry;
import io.dbops.routing.jdbc.Occupants;
import io.dbops.routing.jdbc.Witness.Scene;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listens and talks to the other instances of the fleet on the connection that watches a node, while that is the
 * primary. Belongs to the thread of the observer, which it keeps for some statements at most; what fails here does not
 * make the node one that cannot be watched, unless the connection is lost.
 */
final class FleetEar {

    private static final Logger LOG = LoggerFactory.getLogger(FleetEar.class);

    private static final String CHANNEL = "dbops_deadlocks";

    /** So many messages of a round are looked at: whoever says more is not one of us. */
    private static final int MOST_HEARD = 100;

    /** How often the server's clock is read in vain, because the answer took too long to tell when it was. */
    private static final int MOST_READINGS = 3;

    private final RouterCore core;
    private @Nullable Connection listening;
    private @Nullable Connection deaf;

    FleetEar(RouterCore core) {
        this.core = core;
    }

    /**
     * Listens, answers and asks, as far as there is anything.
     *
     * @param leads whether the node is the primary
     * @param server the server at the other end
     * @return whether it is to be called again soon
     */
    @SuppressWarnings("ReferenceEquality") // it is this connection that listens
    boolean attend(Connection open, Dialect dialect, boolean leads, ServerIdentity server) throws SQLException {
        FleetWitness witness = core.witness();
        if (!witness.isOpen() || (!leads && listening != open)) {
            return false;
        }
        try {
            List<FleetMessage> heard = listens(open, dialect) ? heard(open, dialect) : List.of();
            if (leads) {
                heard.forEach(witness::heard);
                talk(open, dialect, heard, server);
            }
        } catch (SQLException e) {
            if (dialect.classify(e) == ErrorClass.CONNECTION_LOST) {
                throw e;
            }
            LOG.debug("Other instances could not be talked to", e);
        }
        return leads && witness.isWaiting();
    }

    @SuppressWarnings("ReferenceEquality")
    private boolean listens(Connection open, Dialect dialect) throws SQLException {
        if (listening != open && deaf != open) {
            // If that throws it is not tried again on this connection.
            deaf = open;
            if (dialect.listen(open, CHANNEL)) {
                deaf = null;
                listening = open;
            }
        }
        return listening == open;
    }

    private static List<FleetMessage> heard(Connection open, Dialect dialect) throws SQLException {
        var heard = new ArrayList<FleetMessage>();
        for (String text : dialect.heard(open, CHANNEL)) {
            FleetMessage message = heard.size() == MOST_HEARD ? null : FleetMessage.of(text);
            if (message != null) {
                heard.add(message);
            }
        }
        return heard;
    }

    private void talk(Connection open, Dialect dialect, List<FleetMessage> heard, ServerIdentity server)
            throws SQLException {
        FleetWitness witness = core.witness();
        var clock = new Lazy(open, dialect);
        for (FleetMessage message : heard) {
            if (message instanceof Question question && !witness.isOwn(question)) {
                answer(open, dialect, question, server, clock);
            }
        }
        for (Inquiry inquiry = witness.nextUnsent(); inquiry != null; inquiry = witness.nextUnsent()) {
            ServerIdentity asked = inquiry.scene.server();
            if (asked != null && asked.isSameRunAs(server)) {
                long micros = clock.read().micros(inquiry.scene.instant());
                inquiry.shown(dialect.activities(open, inquiry.pids, micros));
                if (clock.read().isPrecise()) {
                    say(open, dialect, witness.question(inquiry, micros));
                }
            }
        }
    }

    private void answer(Connection open, Dialect dialect, Question question, ServerIdentity server, Lazy clock)
            throws SQLException {
        for (long pid : question.pids()) {
            Both now = clock.read();
            var scene = new Scene(server, pid, now.nanos(question.micros()));
            FleetMessage answer = core.witness().answer(question, scene, now.isPrecise());
            if (answer != null) {
                say(open, dialect, answer);
            }
        }
    }

    private void say(Connection open, Dialect dialect, FleetMessage message) throws SQLException {
        if (listening != null) {
            dialect.tell(open, CHANNEL, message.encoded());
        }
    }

    /** The same instant by the server's clock and by this process's running time, as far as an answer's time tells. */
    private record Both(long nanos, long micros, long apart) {
        /** Whether it leaves most of the doubt to other delays. */
        boolean isPrecise() {
            return apart < Occupants.DOUBT / 2;
        }

        long micros(long instant) {
            return micros - (nanos - instant) / 1000;
        }

        long nanos(long instantMicros) {
            return nanos - (micros - instantMicros) * 1000;
        }
    }

    /** The server's clock, read when it is needed and once a round. */
    private final class Lazy {
        private final Connection open;
        private final Dialect dialect;
        private @Nullable Both both;

        Lazy(Connection open, Dialect dialect) {
            this.open = open;
            this.dialect = dialect;
        }

        Both read() throws SQLException {
            Both read = both;
            for (int i = 0; read == null || (!read.isPrecise() && i < MOST_READINGS); i++) {
                long before = core.clock().nanos();
                long micros = dialect.micros(open);
                long apart = core.clock().nanos() - before;
                read = new Both(before + apart / 2, micros, apart);
            }
            both = read;
            return read;
        }
    }
}
