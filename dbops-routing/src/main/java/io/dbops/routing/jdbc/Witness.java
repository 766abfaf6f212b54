package io.dbops.routing.jdbc;

import io.dbops.dialect.Activity;
import io.dbops.dialect.ServerIdentity;
import io.dbops.routing.jdbc.Occupants.Sighting;
import io.dbops.tx.RunningUnit;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Knows which units of work had which server processes of late, here and in other instances of the fleet. Data sources
 * that do {@linkplain javax.sql.DataSource#unwrap unwrap} to it. Thread-safe.
 */
public interface Witness {

    /**
     * Where a unit of work was when the server ended it.
     *
     * @param server whose processes are meant; {@code null} where there is only one
     * @param pid the process it ran on
     * @param instant when that was noticed, by the running time of this process
     */
    record Scene(@Nullable ServerIdentity server, long pid, long instant) {}

    /**
     * What others say of a server process.
     *
     * @param unit the unit of work that another instance says it was, if one did
     * @param unclear what another instance says that knows the process, but not whose it was at the time
     * @param activity what the server shows of it; {@code null} if it is gone
     */
    record Testimony(
            @Nullable Elsewhere unit,
            @Nullable String unclear,
            @Nullable Activity activity) {}

    /**
     * A unit of work in another instance.
     *
     * @param instance the instance, as it calls itself
     * @param name the unit's name, if it has one
     * @param site where in the program it was asked for
     * @param thread who ran it
     * @param attempt the how many-th run it was
     */
    record Elsewhere(String instance, @Nullable String name, StackTraceElement site, String thread, int attempt) {}

    /**
     * Where a unit was.
     *
     * @param unit one that has failed just now
     * @return {@code null} if that is not remembered
     */
    @Nullable
    Scene sceneOf(RunningUnit unit);

    /**
     * Who had a process at the time. Does not block.
     *
     * @param scene where and when
     * @param pid the process
     * @param blocker whether it was the one in the victim's way
     * @return {@code null} if it is none of those of this data source
     */
    @Nullable
    Sighting seen(Scene scene, long pid, boolean blocker);

    /**
     * Asks the other instances and the server. Does not block.
     *
     * @param scene where and when
     * @param pids the processes
     * @param blocker the process that was in the victim's way, one of them or not
     * @param then told once, on a thread of its own, when all is known that will be, and at the latest after some
     *     seconds; of some processes nothing may be known. Not told if this is closed first
     * @return why nobody is asked; {@code null} if somebody is
     */
    @Nullable
    String ask(Scene scene, Set<Long> pids, long blocker, Consumer<Map<Long, Testimony>> then);
}
