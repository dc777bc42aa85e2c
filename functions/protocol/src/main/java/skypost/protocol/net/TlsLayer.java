package skypost.protocol.net;

import java.io.IOException;
import java.net.Socket;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.ExtendedSSLSession;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLKeyException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;

/** TLS over a connection: which versions and suites, and what it negotiated. */
record TlsLayer(SSLSocket socket) {
  private static final String[] PROTOCOLS = {"TLSv1.3", "TLSv1.2"}; // RFC 8996 forbids older ones
  private static final String EXPORTER_LABEL = "EXPORTER-Channel-Binding"; // RFC 9266 section 3

  /** That of a server, before its handshake. */
  static TlsLayer server(Socket plain, String client, SSLContext context) throws IOException {
    SSLSocket socket = over(plain, client, context);
    socket.setUseClientMode(false);
    socket.setEnabledCipherSuites(authenticated(socket.getEnabledCipherSuites()));
    return new TlsLayer(socket);
  }

  /** That of a client, before its handshake; it names the server where it has a name. */
  static TlsLayer client(Socket plain, String server, SSLContext context) throws IOException {
    SSLSocket socket = over(plain, server, context);
    socket.setUseClientMode(true);
    if (server.indexOf('.') > 0 && !server.matches("[0-9.]+|.*[:\\[].*")) {
      var parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(server)));
      socket.setSSLParameters(parameters);
    }
    return new TlsLayer(socket);
  }

  private static SSLSocket over(Socket plain, String host, SSLContext context) throws IOException {
    var socket =
        (SSLSocket) context.getSocketFactory().createSocket(plain, host, plain.getPort(), true);
    socket.setEnabledProtocols(PROTOCOLS);
    return socket;
  }

  /**
   * Of Java's cipher suites, all of which are forward secret, those that authenticate what they
   * encrypt (RFC 9325 section 4.2): CBC has had too many holes.
   */
  private static String[] authenticated(String[] suites) {
    return Arrays.stream(suites)
        .filter(suite -> suite.contains("_GCM_") || suite.contains("_CHACHA20_"))
        .toArray(String[]::new);
  }

  TlsInfo info() {
    SSLSession session = socket.getSession();
    return new TlsInfo(session.getProtocol(), session.getCipherSuite(), exporter().isPresent());
  }

  /** See {@link Wire#tlsExporter}. */
  Optional<byte[]> exporter() {
    try {
      return socket.getSession() instanceof ExtendedSSLSession session
          ? Optional.of(session.exportKeyingMaterialData(EXPORTER_LABEL, new byte[0], 32))
          : Optional.empty();
    } catch (SSLKeyException | IllegalStateException | UnsupportedOperationException notPossible) {
      return Optional.empty();
    }
  }
}
