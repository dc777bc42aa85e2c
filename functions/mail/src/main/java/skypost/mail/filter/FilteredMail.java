package skypost.mail.filter;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.message.MessageSource;
import skypost.mail.sieve.run.Situation;
import skypost.protocol.address.EmailAddress;

/**
 * A message on its way into a user's mailbox.
 *
 * @param id the message
 * @param envelope as it came in
 * @param content as its user reads it, but for the fields of final delivery
 * @param given the recipient that led to the user
 * @param user whose mailbox it is
 * @param suspect whether its sender is not who it says: then it goes to Junk where the script does
 *     not say where, and nobody is written to, for it would not be who has sent it
 * @param senders says who sends what is redirected
 */
public record FilteredMail(
    MessageId id,
    Envelope envelope,
    MessageSource content,
    EmailAddress given,
    EmailAddress user,
    boolean suspect,
    Senders senders) {
  /** The folder where it goes where the script does not say where. */
  String unasked() {
    return suspect ? Mailboxes.JUNK : Mailboxes.INBOX;
  }

  /** The reverse-path of what is redirected: of forwarded mail, SPF wants that it is ours. */
  @FunctionalInterface
  public interface Senders {
    /** The reverse-path for mail that the user sends on. */
    Optional<EmailAddress> redirected(EmailAddress to) throws IOException;
  }

  /**
   * The mail as a script sees it.
   *
   * @param hostname our own name
   */
  public Situation situation(Set<String> mailboxes, Instant now, String hostname) {
    // RFC 5183 section 4.1
    Map<String, String> environment =
        Map.of(
            "domain", user.domain(),
            "host", hostname,
            "location", "MDA",
            "name", "Skypost",
            "phase", "during",
            "remote-host", "",
            "remote-ip", envelope.origin().client().orElse(""));
    return new Situation(
        content,
        envelope.sender(),
        Optional.of(given),
        Set.of(user),
        mailboxes,
        now,
        new Situation.Host(hostname, id.toString(), environment));
  }
}
