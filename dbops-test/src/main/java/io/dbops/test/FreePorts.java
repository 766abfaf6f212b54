package io.dbops.test;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds TCP ports for servers that keep theirs across restarts.
 *
 * <p>A port from the kernel's ephemeral range could be taken by any outgoing connection while its server is down, so
 * the ports come from below that range. They are drawn at random: parallel JVMs then rarely draw the same, and where
 * they do, one server fails with "address already in use" and draws again.
 */
final class FreePorts {
    private static final int LOWEST = 10_000;
    private static final int ATTEMPTS = 1_000;
    private static final Path LINUX_RANGE = Path.of("/proc/sys/net/ipv4/ip_local_port_range");
    private static final int IANA_EPHEMERAL_START = 49_152;

    private FreePorts() {}

    /** Returns a loopback port on which nobody listens at this moment. */
    static int next() {
        int end = Math.max(ephemeralStart(), LOWEST + 5_000);
        for (int i = 0; i < ATTEMPTS; i++) {
            int port = ThreadLocalRandom.current().nextInt(LOWEST, end);
            if (isFree(port)) {
                return port;
            }
        }
        throw new ClusterException("no free port in " + LOWEST + ".." + end + " after " + ATTEMPTS + " attempts");
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return true;
        } catch (IOException taken) {
            return false;
        }
    }

    static int ephemeralStart() {
        try (InputStream in = Files.newInputStream(LINUX_RANGE)) {
            byte[] range = in.readNBytes(
                    64); // the kernel gives it to the first read only, and readString begins with a short one
            return Integer.parseInt(new String(range, StandardCharsets.US_ASCII).split("\\s+", 2)[0]);
        } catch (IOException | NumberFormatException notLinux) {
            return IANA_EPHEMERAL_START;
        }
    }
}
