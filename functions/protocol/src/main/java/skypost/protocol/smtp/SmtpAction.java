package skypost.protocol.smtp;

import java.util.Optional;
import skypost.protocol.sasl.Sasl;

/** What the loop has to do after a step. */
public sealed interface SmtpAction {
  /** Say this and go on. */
  record Say(SmtpReply reply) implements SmtpAction {}

  /** Say this and hang up. */
  record Close(SmtpReply reply) implements SmtpAction {}

  /** Say this, begin TLS, and go on with {@link SmtpSession#secured}. */
  record BeginTls(SmtpReply reply) implements SmtpAction {}

  /**
   * Lead the exchange and ask about the password; go on with {@link SmtpSession#loggedIn}.
   *
   * @param initial the initial response in base64
   */
  record Authenticate(Sasl mechanism, Optional<String> initial) implements SmtpAction {
    @Override
    public String toString() {
      return "Authenticate[" + mechanism + "]"; // the initial response holds the password
    }
  }

  /**
   * Ask about this recipient, together with others that wait; go on with {@link
   * SmtpSession#answered}.
   */
  record AskRecipient(SmtpRecipient recipient) implements SmtpAction {}

  /** Take the message up to the lone dot; go on with {@link SmtpSession#finished}. */
  record ReceiveData(SmtpTransaction transaction) implements SmtpAction {}

  /**
   * Take that many octets; after the last chunk go on with {@link SmtpSession#finished}.
   *
   * @param first whether the message begins here
   */
  record ReceiveChunk(SmtpTransaction transaction, boolean first, long size, boolean last)
      implements SmtpAction {}

  /**
   * Throw that many octets away, then say this: a refused chunk comes all the same (RFC 3030
   * section 2).
   */
  record DiscardChunk(long size, SmtpReply reply) implements SmtpAction {}
}
