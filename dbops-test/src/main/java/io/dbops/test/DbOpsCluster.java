package io.dbops.test;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;

/**
 * Gives a JUnit 5 test class an {@link EmbeddedCluster} of its own, started before the first test and closed after the
 * last.
 *
 * <p>Constructors, tests and lifecycle methods may have parameters of the types {@link EmbeddedCluster} and
 * {@link EmbeddedNode}, which is the primary of that moment. Nested classes share the cluster unless they carry the
 * annotation themselves. The cluster is not reset between tests. Needs JUnit 5.13 or later.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@Inherited
@Documented
@ExtendWith(ClusterExtension.class)
@SuppressWarnings("exports") // JUnit is optional: who uses this has it
public @interface DbOpsCluster {
    /** Returns the number of standbys. */
    int replicas() default 1;

    /** Returns whether a {@link FaultProxy} stands in front of every node. */
    boolean proxied() default false;

    /** Returns server settings of all nodes, each written {@code name=value}. */
    String[] settings() default {};

    /** Returns the major version to run, or an empty string for the newest on the class path. */
    String binaries() default "";
}
