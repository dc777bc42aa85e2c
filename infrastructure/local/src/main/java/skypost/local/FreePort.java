package skypost.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;

/** Finds ports for servers that cannot choose one themselves. */
final class FreePort {
  private FreePort() {}

  /** A port on the loopback address that nobody listened on a moment ago. */
  static int find() throws IOException {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0));
      return socket.getLocalPort();
    }
  }

  /** The given port, or a free one for 0. */
  static int orFree(int port) throws IOException {
    return port == 0 ? find() : port;
  }

  /** Whether one can listen on the port now; 0 is always free. */
  static boolean isFree(int port) {
    try (var socket = new ServerSocket()) {
      socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), port));
      return true;
    } catch (IOException taken) {
      return false;
    }
  }
}
