package io.dbops.pool.torture;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketAddress;
import java.util.Properties;
import javax.net.SocketFactory;

/** Has guards reach the server by a port of their own, so that they can be cut off alone. The driver creates it. */
public final class TwoWays extends SocketFactory {

    private final Properties connection;

    /** Knows what the driver is told of a connection: the guards' port is the factory's argument. */
    public TwoWays(Properties connection) {
        this.connection = connection;
    }

    @Override
    public Socket createSocket() {
        boolean guard = connection.getProperty("ApplicationName", "").startsWith("dbops guard");
        return guard ? new Detour(Integer.parseInt(connection.getProperty("socketFactoryArg"))) : new Socket();
    }

    @Override
    public Socket createSocket(String host, int port) throws IOException {
        throw new IOException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(String host, int port, InetAddress localHost, int localPort) throws IOException {
        throw new IOException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(InetAddress host, int port) throws IOException {
        throw new IOException("the driver connects by itself");
    }

    @Override
    public Socket createSocket(InetAddress address, int port, InetAddress localAddress, int localPort)
            throws IOException {
        throw new IOException("the driver connects by itself");
    }

    private static final class Detour extends Socket {
        private final int port;

        Detour(int port) {
            this.port = port;
        }

        @Override
        public void connect(SocketAddress endpoint, int timeout) throws IOException {
            super.connect(new InetSocketAddress(((InetSocketAddress) endpoint).getAddress(), port), timeout);
        }
    }
}
