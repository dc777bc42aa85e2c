package skypost.protocol.smtp.client;

import java.io.IOException;
import java.util.Optional;
import skypost.protocol.smtp.SmtpReply;

/** What came of connecting to a hop. */
public sealed interface ConnectResult {
  /**
   * Greeted, and ready for transactions; to be closed.
   *
   * @param broken what became of TLS where it was tried, failed, and was a mere opportunity
   */
  record Connected(SmtpConnection connection, Optional<TlsFailed> broken) implements ConnectResult {
    /** With TLS as it was demanded. */
    Connected(SmtpConnection connection) {
      this(connection, Optional.empty());
    }
  }

  /**
   * No session.
   *
   * @param reply the peer's refusal, or ours saying what went wrong (always 4yz)
   */
  record NotConnected(SmtpReply reply) implements ConnectResult {}

  /**
   * TLS is demanded and was not to be had.
   *
   * @param reply says by whom it is demanded, and what is wrong (always 4yz)
   * @param cause of a handshake that failed; empty: TLS was not offered, or refused
   */
  record TlsFailed(SmtpReply reply, Optional<IOException> cause) implements ConnectResult {}
}
