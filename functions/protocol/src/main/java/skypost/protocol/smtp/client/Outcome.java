package skypost.protocol.smtp.client;

import skypost.protocol.smtp.SmtpReply;

/** What became of one recipient in one transaction. */
public sealed interface Outcome {
  /** The reply that decided: the peer's, or ours where it gave none. */
  SmtpReply reply();

  /** The peer has taken responsibility for the message (RFC 5321 section 6.1). */
  record Delivered(SmtpReply reply) implements Outcome {}

  /**
   * The same, but the peer knows no DSN and will not tell the sender, who may have asked for it
   * (RFC 3461 section 5.2.2).
   */
  record Relayed(SmtpReply reply) implements Outcome {}

  /**
   * The peer said 4yz, or was silent after the final dot: it may work later, and no other exchanger
   * should be tried now.
   */
  record Deferred(SmtpReply reply) implements Outcome {}

  /** The peer said 5yz, or cannot take what this message needs. */
  record Failed(SmtpReply reply) implements Outcome {}

  /**
   * The transaction did not get so far that anything was decided: another exchanger may be tried at
   * once.
   */
  record Undecided(SmtpReply reply) implements Outcome {}

  /** The outcome that a negative reply stands for. */
  static Outcome refused(SmtpReply reply) {
    return reply.isPermanent() ? new Failed(reply) : new Deferred(reply);
  }
}
