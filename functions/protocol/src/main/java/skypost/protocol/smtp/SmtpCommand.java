package skypost.protocol.smtp;

import java.util.Map;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/** What a client can say (RFC 5321 section 4.1 and the extensions' RFCs), well formed. */
public sealed interface SmtpCommand {
  /**
   * @param host what the client calls itself, harmless in a header field
   */
  record Helo(String host) implements SmtpCommand {}

  /**
   * @param host what the client calls itself, harmless in a header field
   */
  record Ehlo(String host) implements SmtpCommand {}

  /**
   * @param sender empty for {@code <>}
   * @param parameters keys in upper case; not yet checked against what is offered
   * @param international whether the path has octets beyond ASCII (RFC 6531)
   */
  record Mail(Optional<EmailAddress> sender, Map<String, String> parameters, boolean international)
      implements SmtpCommand {}

  /**
   * @param recipient empty for {@code <Postmaster>}, which needs no domain (RFC 5321 section
   *     4.1.1.3)
   * @param parameters keys in upper case; not yet checked against what is offered
   * @param international whether the path has octets beyond ASCII (RFC 6531)
   */
  record Rcpt(
      Optional<EmailAddress> recipient, Map<String, String> parameters, boolean international)
      implements SmtpCommand {}

  record Data() implements SmtpCommand {}

  /**
   * RFC 3030 section 2.
   *
   * @param size octets that follow the command
   * @param last whether they end the message
   */
  record Bdat(long size, boolean last) implements SmtpCommand {}

  record Rset() implements SmtpCommand {}

  record Noop() implements SmtpCommand {}

  record Quit() implements SmtpCommand {}

  record Help() implements SmtpCommand {}

  record Vrfy() implements SmtpCommand {}

  record Expn() implements SmtpCommand {}

  /** RFC 3207. */
  record StartTls() implements SmtpCommand {}

  /**
   * RFC 4954 section 4.
   *
   * @param mechanism as written
   * @param initial the initial response, still in base64
   */
  record Auth(String mechanism, Optional<String> initial) implements SmtpCommand {
    @Override
    public String toString() {
      return "Auth[" + mechanism + "]"; // the initial response holds the password
    }
  }

  /** Another protocol, such as a browser's: whoever sends it is being abused, or abuses. */
  record OtherProtocol(String verb) implements SmtpCommand {}
}
