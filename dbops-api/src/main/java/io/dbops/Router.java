package io.dbops;

import java.util.List;
import java.util.Map;
import javax.sql.DataSource;

/** An open router: data sources whose connections go where they may, sessions, and the topology. Thread-safe. */
public interface Router extends AutoCloseable {

    /**
     * Gives connections for what a session must see. They belong to the session entered on the calling thread, or
     * else to the process-wide one.
     *
     * @param consistency what reads must see
     * @return a view; it needs no closing and costs nothing to keep
     * @throws IllegalArgumentException if the router cannot prove what is asked for
     */
    DataSource dataSource(Consistency consistency);

    /**
     * A new session, of which nothing was written yet.
     *
     * @return the session
     */
    Session session();

    /**
     * The session of a key, such as a user: the same one for everybody who asks for it in this process. What is kept is
     * bounded, see the routing's options; what is not kept any more is not forgotten.
     *
     * @param key any text; not a token, which {@link #resume} takes
     * @return the session
     */
    Session sessionFor(String key);

    /**
     * A session that begins where another process's session was when it issued a token: its reads see all that one had
     * written. Blocks, for a bounded time, only if the token is newer than anything this process has seen.
     *
     * @param token the token, from {@link Session#token()} there
     * @return a new session
     * @throws TokenException if the token is too old, of another cluster, of a timeline that this process has not seen in
     *     time, beyond what the primary has, or if what it stands for was lost
     */
    Session resume(Token token);

    /**
     * The nodes as they are known now. Does not block and asks no server.
     *
     * @return the topology
     */
    Topology topology();

    /**
     * The pools that were opened for this router, as they are now. Does not block and asks no server.
     *
     * @return their status, without those that cannot tell
     */
    List<PoolStatus> pools();

    /**
     * How many units of work went where, and why, since this was opened. Where routing is only rehearsed, the count is
     * of where they would have gone.
     *
     * @return counts by decision; decisions that were never made are left out
     */
    Map<RoutingDecision, Long> decisions();

    /**
     * Where a read would go that began now, and why it would go nowhere else. Does not block, asks no server and takes no
     * connection, so that a pool that has none to give is not noticed. The read is of the session entered on the calling
     * thread, or else of the process-wide one.
     *
     * @param consistency what the read must see
     * @return the explanation; where several nodes are eligible, the decision names one of them
     * @throws IllegalArgumentException if the router cannot prove what is asked for
     */
    Explanation explain(Consistency consistency);

    /**
     * Adds a node, which serves when it has answered. Does not wait for that.
     *
     * @param node the node
     * @throws IllegalArgumentException if there is one of that name
     */
    void add(Node node);

    /**
     * Removes a node. Nothing begins there any more; what runs there is waited for, as long as the routing's grace, and
     * then its pool is closed, if it was opened for this router.
     *
     * @param name the node's name
     * @throws IllegalArgumentException if there is none of that name
     */
    void remove(String name);

    /**
     * Lets no unit of work begin on a node, until {@link #undrain}; those that run go on. It is watched as before. With
     * the primary drained, units of work that need it wait: so a planned switchover begins.
     *
     * @param name the node's name
     * @throws IllegalArgumentException if there is none of that name
     */
    void drain(String name);

    /**
     * Ends a {@link #drain}.
     *
     * @param name the node's name
     * @throws IllegalArgumentException if there is none of that name
     */
    void undrain(String name);

    /** Stops watching, and closes every pool that was opened for this router. Closing again does nothing. */
    @Override
    void close();
}
