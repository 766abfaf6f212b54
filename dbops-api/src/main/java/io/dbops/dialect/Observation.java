package io.dbops.dialect;

/** What one question to one server told of its role and its position. */
public sealed interface Observation {

    /**
     * The server that answered.
     *
     * @return its identity
     */
    ServerIdentity server();

    /**
     * The role the server has.
     *
     * @return primary or replica
     */
    Role role();

    /**
     * A server that takes writes.
     *
     * @param server the server that answered
     * @param position the log position before which every acknowledged commit is, and which replicas must reach
     * @param isWrittenOut whether the server has let go of its log up to there: of the rest replicas get nothing
     */
    record Primary(ServerIdentity server, Position position, boolean isWrittenOut) implements Observation {
        @Override
        public Role role() {
            return Role.PRIMARY;
        }
    }

    /**
     * A server that replays another's log.
     *
     * @param server the server that answered
     * @param position the log position up to which changes are visible to its readers
     */
    record Replica(ServerIdentity server, Position position) implements Observation {
        @Override
        public Role role() {
            return Role.REPLICA;
        }
    }

    /**
     * A server that answered but whose position cannot be compared, so that nothing may be concluded from it.
     *
     * @param server the server that answered
     * @param role its role
     * @param reason why, with the remedy where there is one
     */
    record Unplaced(ServerIdentity server, Role role, String reason) implements Observation {}
}
