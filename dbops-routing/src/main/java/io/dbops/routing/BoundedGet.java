package io.dbops.routing;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Authenticator;
import java.net.HttpURLConnection;
import java.net.Proxy;
import java.net.SocketTimeoutException;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/**
 * One HTTP GET that reads no more than a bound, can be cut off, and leaves neither thread nor connection behind.
 *
 * <p>The JDK's newer client is not used: before Java 21 it cannot be closed, and its thread lives on until the
 * collector finds it. The time limits of the older one count for each read only, so a server that sends a byte now and
 * then would keep it for hours: hence {@link #cut}. Where a server does not close the connection when asked to, the JDK
 * runs a timer of its own, one for the process, for some seconds.
 *
 * <p>Nothing that is set for the whole process takes part: no proxy, whose cache would answer for a server that is gone,
 * and no authenticator. Redirects are not followed.
 */
final class BoundedGet {

    static final int LARGEST_BODY = 1 << 20;

    private static final Authenticator NOBODY = new Authenticator() {};

    private final HttpURLConnection connection;
    private volatile boolean inBody;
    private volatile boolean cut;

    /** Whether a URI is of a server that speaks HTTP, and without credentials. */
    static boolean canAsk(URI uri) {
        return uri.getScheme() != null
                && (uri.getScheme().equalsIgnoreCase("http") || uri.getScheme().equalsIgnoreCase("https"))
                && uri.getHost() != null
                && uri.getRawUserInfo() == null
                && uri.getRawQuery() == null
                && uri.getRawFragment() == null;
    }

    /** Opens nothing yet. The URI is one that {@linkplain #canAsk can be asked}. */
    BoundedGet(URI uri, @Nullable String authorization) throws IOException {
        connection = (HttpURLConnection) uri.toURL().openConnection(Proxy.NO_PROXY);
        connection.setInstanceFollowRedirects(false);
        connection.setUseCaches(false);
        connection.setAuthenticator(NOBODY);
        connection.setRequestProperty("Accept", "application/json");
        connection.setRequestProperty("Connection", "close");
        if (authorization != null) {
            connection.setRequestProperty("Authorization", authorization);
        }
    }

    /**
     * Asks and waits.
     *
     * @param millis how long connecting, and each read, may take; positive
     * @return the body, or null if the status was another than 200
     */
    byte @Nullable [] body(int millis) throws IOException {
        connection.setConnectTimeout(millis);
        connection.setReadTimeout(millis);
        try {
            connection.connect();
            failIfCut();
            int status = connection.getResponseCode();
            if (status == -1) {
                throw new IOException("the answer is not HTTP");
            }
            if (status != HttpURLConnection.HTTP_OK) {
                return null;
            }
            inBody = true;
            try (InputStream body = connection.getInputStream()) {
                return read(body);
            }
        } finally {
            connection.disconnect();
        }
    }

    private byte[] read(InputStream body) throws IOException {
        var bytes = new ByteArrayOutputStream();
        byte[] part = new byte[8192];
        for (int length = body.read(part); length >= 0; length = body.read(part)) {
            failIfCut();
            bytes.write(part, 0, length);
            if (bytes.size() > LARGEST_BODY) {
                throw new IOException("the answer is larger than " + LARGEST_BODY + " bytes");
            }
        }
        return bytes.toByteArray();
    }

    /** Makes another thread's {@link #body} fail soon, at the latest when its present read is answered or times out. */
    void cut() {
        cut = true;
        // A body is read under a lock that closing waits for; its reader looks at the flag by itself.
        if (!inBody) {
            connection.disconnect();
        }
    }

    private void failIfCut() throws SocketTimeoutException {
        if (cut) {
            throw new SocketTimeoutException("no longer waited for");
        }
    }
}
