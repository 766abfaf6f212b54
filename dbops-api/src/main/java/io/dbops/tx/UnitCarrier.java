package io.dbops.tx;

/** A connection that can tell which unit of work runs on it. Implemented by the module dbops-routing. */
@FunctionalInterface
public interface UnitCarrier {

    /**
     * Notes the unit of work that has the connection from now on, until it is closed. Called before its first statement.
     *
     * @param unit the unit
     */
    void carries(RunningUnit unit);
}
