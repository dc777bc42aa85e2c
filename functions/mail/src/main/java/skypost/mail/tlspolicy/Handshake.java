package skypost.mail.tlspolicy;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import skypost.protocol.smtp.client.ConnectResult;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.SmtpConnection;
import skypost.protocol.smtp.client.TlsDemand;

/** What came of TLS on a new connection, whether or not the message went in the clear then. */
public sealed interface Handshake {
  /** Who with, and on what terms. */
  Hop hop();

  /**
   * TLS is spoken.
   *
   * @param chain what the server has shown, its own certificate first
   */
  record Done(Hop hop, List<X509Certificate> chain) implements Handshake {}

  /** The server does not offer TLS, or refuses it. */
  record NotOffered(Hop hop) implements Handshake {}

  /** It was begun and failed. */
  record Broken(Hop hop, IOException cause) implements Handshake {}

  /**
   * The handshake of a connection; empty when there was none: no connection, one that was used
   * before, or no TLS wanted.
   */
  static Optional<Handshake> of(Hop hop, ConnectResult result) {
    return switch (result) {
      case ConnectResult.NotConnected ignored -> Optional.empty();
      case ConnectResult.TlsFailed failed -> Optional.of(failed(hop, failed));
      case ConnectResult.Connected(SmtpConnection connection, var broken) -> {
        if (connection.transactions() > 0 || hop.tls() instanceof TlsDemand.Clear) {
          yield Optional.empty();
        }
        if (broken.isPresent()) {
          yield Optional.of(failed(hop, broken.get()));
        }
        yield Optional.of(
            connection.tls().isEmpty()
                ? new NotOffered(hop)
                : new Done(hop, connection.certificates()));
      }
    };
  }

  private static Handshake failed(Hop hop, ConnectResult.TlsFailed failed) {
    return failed
        .cause()
        .<Handshake>map(fault -> new Broken(hop, fault))
        .orElse(new NotOffered(hop));
  }
}
