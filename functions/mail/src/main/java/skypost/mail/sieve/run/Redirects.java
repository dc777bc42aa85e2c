package skypost.mail.sieve.run;

import skypost.mail.sieve.grammar.Position;
import skypost.mail.sieve.message.Header;
import skypost.mail.sieve.message.Message;
import skypost.protocol.address.EmailAddress;

/** Sends messages on, but never in a circle (RFC 5228 section 4.2). */
final class Redirects {
  /** The mark of who redirected a message, which Dovecot's Sieve sets and heeds too. */
  private static final String MARK = "X-Sieve-Redirected-From";

  private Redirects() {}

  static void checkLoop(Position at, Situation situation, Header header) {
    if (header.all("Received").size() > Limits.HOPS) {
      throw new RunException(at, "not redirected: the message has been through too many servers");
    }
    boolean again =
        situation
            .recipient()
            .map(EmailAddress::toString)
            .map(own ->
                header.all(MARK).stream().anyMatch(field -> field.text().equalsIgnoreCase(own)))
            .orElse(false);
    if (again) {
      throw new RunException(
          at, "not redirected: the message has been redirected from here before");
    }
  }

  /**
   * The message as it goes on. The reverse-path stays, so that bounces reach who sent it; whether
   * it must be rewritten for SPF is for the queue to know.
   */
  static Outgoing outgoing(Situation situation, EmailAddress address, Message message) {
    Message marked =
        situation
            .recipient()
            .map(own -> message.with(message.header().with(MARK, own.toString(), false)))
            .orElse(message);
    return new Outgoing(situation.sender(), address, new Outgoing.Content.Forwarded(marked));
  }
}
