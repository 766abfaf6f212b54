package io.dbops.test;

import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionConfigurationException;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Starts and injects the cluster of a class with {@link DbOpsCluster}, which is the way to use this.
 *
 * <p>The cluster is kept in the context of the class that carries the annotation; JUnit closes it together with that
 * context. Public only because JUnit must be able to create it on the module path.
 */
@SuppressWarnings("exports") // JUnit is optional: who uses this has it
public final class ClusterExtension implements BeforeAllCallback, ParameterResolver {
    private static final Namespace NAMESPACE = Namespace.create(ClusterExtension.class);

    /** For JUnit. */
    public ClusterExtension() {}

    @Override
    public void beforeAll(ExtensionContext context) {
        cluster(context);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        return type == EmbeddedCluster.class || type == EmbeddedNode.class;
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        EmbeddedCluster cluster = cluster(context);
        return parameter.getParameter().getType() == EmbeddedCluster.class ? cluster : cluster.primary();
    }

    private static EmbeddedCluster cluster(ExtensionContext context) {
        ExtensionContext owner = owner(context);
        EmbeddedCluster cluster = owner.getStore(NAMESPACE)
                .getOrComputeIfAbsent(
                        EmbeddedCluster.class, key -> start(annotation(owner).orElseThrow()), EmbeddedCluster.class);
        if (cluster == null) {
            throw new ExtensionConfigurationException("no cluster for " + owner.getDisplayName());
        }
        return cluster;
    }

    private static ExtensionContext owner(ExtensionContext context) {
        @Nullable ExtensionContext candidate = context;
        while (candidate != null) {
            boolean isClass = candidate.getTestMethod().isEmpty();
            if (isClass && annotation(candidate).isPresent()) {
                return candidate;
            }
            candidate = candidate.getParent().orElse(null);
        }
        throw new ExtensionConfigurationException(context.getDisplayName() + " is not in a class with @DbOpsCluster");
    }

    /** The annotation of the class or its superclasses; an enclosing class is another context. */
    private static Optional<DbOpsCluster> annotation(ExtensionContext context) {
        return context.getTestClass().map(type -> type.getAnnotation(DbOpsCluster.class));
    }

    private static EmbeddedCluster start(DbOpsCluster annotation) {
        EmbeddedCluster.Builder builder = EmbeddedCluster.builder().replicas(annotation.replicas());
        for (String setting : annotation.settings()) {
            int equals = setting.indexOf('=');
            if (equals < 1) {
                throw new ExtensionConfigurationException(
                        "@DbOpsCluster(settings = \"" + setting + "\"): must be written name=value");
            }
            builder.setting(
                    setting.substring(0, equals).trim(),
                    setting.substring(equals + 1).trim());
        }
        if (annotation.proxied()) {
            builder.proxied();
        }
        if (!annotation.binaries().isEmpty()) {
            builder.binaries(annotation.binaries());
        }
        return builder.start();
    }
}
