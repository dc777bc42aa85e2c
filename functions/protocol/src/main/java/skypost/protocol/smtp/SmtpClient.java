package skypost.protocol.smtp;

import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * A peer that has introduced himself.
 *
 * @param peer his address and TLS
 * @param helo what he calls himself; harmless in a header field
 * @param esmtp EHLO rather than HELO
 * @param login the user he logged in as
 */
public record SmtpClient(SmtpPeer peer, String helo, boolean esmtp, Optional<EmailAddress> login) {

  SmtpClient loggedIn(EmailAddress user) {
    return new SmtpClient(peer, helo, esmtp, Optional.of(user));
  }

  /** The protocol for the Received field's {@code with} clause (RFC 3848, RFC 6531 section 4.3). */
  public String protocol(boolean utf8) {
    if (!esmtp) {
      return "SMTP";
    }
    return (utf8 ? "UTF8SMTP" : "ESMTP")
        + (peer.tls().isPresent() ? "S" : "")
        + (login.isPresent() ? "A" : "");
  }
}
