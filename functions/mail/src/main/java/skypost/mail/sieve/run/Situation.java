package skypost.mail.sieve.run;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.message.MessageSource;
import skypost.protocol.address.EmailAddress;

/**
 * All that a run depends on, besides its script and {@link Memory}.
 *
 * @param message the message
 * @param sender the reverse-path; empty: null
 * @param recipient the forward-path that led to this mailbox, as it was given
 * @param owner further addresses of the user, such as that of the mailbox
 * @param mailboxes the user's mailboxes
 * @param now the time
 * @param host where it runs
 */
public record Situation(
    MessageSource message,
    Optional<EmailAddress> sender,
    Optional<EmailAddress> recipient,
    Set<EmailAddress> owner,
    Set<String> mailboxes,
    Instant now,
    Host host) {
  public Situation {
    owner = Set.copyOf(owner);
    mailboxes = Set.copyOf(mailboxes);
  }

  /**
   * Where a script runs.
   *
   * @param name our own host name
   * @param messageId names the message here; ids of replies are made from it, so that a repeated
   *     run makes the same
   * @param environment items of RFC 5183, by their names in lower case
   */
  public record Host(String name, String messageId, Map<String, String> environment) {
    public Host {
      environment = Map.copyOf(environment);
    }
  }
}
