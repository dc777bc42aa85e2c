package skypost.protocol.smtp.client;

import skypost.protocol.smtp.SmtpReply;

/** What came of connecting to a peer. */
public sealed interface ConnectResult {
  /** Greeted, and ready for transactions; to be closed. */
  record Connected(SmtpConnection connection) implements ConnectResult {}

  /**
   * No session.
   *
   * @param reply the peer's refusal, or ours saying what went wrong (always 4yz)
   */
  record NotConnected(SmtpReply reply) implements ConnectResult {}

  /**
   * STARTTLS was agreed and then failed; a caller to whom clear text is good enough connects again
   * without.
   */
  record TlsBroken(SmtpReply reply) implements ConnectResult {}
}
