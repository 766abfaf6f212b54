package io.dbops.test;

import java.util.Locale;

/**
 * The operating system and processor that server binaries are built for.
 *
 * @param artifact the end of the artifact's name in the group {@code io.zonky.test.postgres}
 * @param resource the archive inside that artifact
 */
record Platform(String artifact, String resource) {

    /** Returns the platform of this JVM. */
    static Platform current() {
        return of(System.getProperty("os.name", ""), System.getProperty("os.arch", ""));
    }

    static Platform of(String osName, String osArch) {
        String os = osName.toLowerCase(Locale.ROOT);
        String arch = osArch.toLowerCase(Locale.ROOT);
        String system;
        if (os.startsWith("linux")) {
            system = "linux";
        } else if (os.startsWith("mac")) {
            system = "darwin";
        } else {
            throw new ClusterException("os.name (" + osName + "): an embedded cluster needs Linux or macOS");
        }
        return switch (arch) {
            case "amd64", "x86_64" -> new Platform(system + "-amd64", "postgres-" + system + "-x86_64.txz");
            case "aarch64", "arm64" -> new Platform(system + "-arm64v8", "postgres-" + system + "-arm_64.txz");
            default -> throw new ClusterException("os.arch (" + osArch + "): there are binaries for amd64 and aarch64");
        };
    }
}
