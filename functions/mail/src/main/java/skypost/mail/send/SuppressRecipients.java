package skypost.mail.send;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.directory.HardBounce;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.Suppressions;
import skypost.mail.directory.Suppressions.Suppression;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Outcome;

/**
 * Keeps mail from addresses at which mail of the same domain has failed for good, where the
 * administrator wants that for the sender's domain. Where he does not, it reads nothing that routes
 * do not read anyway.
 *
 * <p>Most such mail is refused before it comes so far; here end what an alias forwards, what was
 * accepted a moment before the address failed, and what a front had remembered as accepted.
 */
public final class SuppressRecipients {
  private final RememberedDirectory directory;
  private final Suppressions suppressions;
  private final Clock clock;

  /**
   * @param directory the same that the routes ask
   */
  public SuppressRecipients(RememberedDirectory directory, Suppressions suppressions, Clock clock) {
    this.directory = directory;
    this.suppressions = suppressions;
    this.clock = clock;
  }

  /** The recipients of an entry that still wait and are suppressed, with what is said of them. */
  Map<EmailAddress, SmtpReply> among(QueueEntry entry) throws IOException {
    Map<EmailAddress, SmtpReply> found = new LinkedHashMap<>();
    // A relay domain's routes ask for no relay settings, and its recipients are checked otherwise.
    if (entry.sender().isEmpty()
        || directory.relayed(entry.id().destination()).isPresent()
        || keep(entry).isEmpty()) {
      return found;
    }
    String domain = domain(entry);
    for (QueuedRecipient recipient : entry.waiting()) {
      EmailAddress address = recipient.address();
      suppressions
          .find(domain, address.canonical(), clock.instant())
          .ifPresent(suppression -> found.put(address, HardBounce.refusal(suppression)));
    }
    return found;
  }

  /** The entry as if only those who are not suppressed still waited. */
  static QueueEntry without(QueueEntry entry, Map<EmailAddress, SmtpReply> suppressed) {
    return suppressed.isEmpty()
        ? entry
        : entry.withRecipients(
            entry.waiting().stream()
                .filter(recipient -> !suppressed.containsKey(recipient.address()))
                .toList());
  }

  /** A delivery to the others, and the failure of those who are suppressed, in one. */
  static Courier.Delivery with(
      QueueEntry entry, Map<EmailAddress, SmtpReply> suppressed, Courier.Delivery others) {
    Iterator<Courier.Result> results = others.results().iterator();
    List<Courier.Result> all = new ArrayList<>();
    for (QueuedRecipient recipient : entry.waiting()) {
      SmtpReply refusal = suppressed.get(recipient.address());
      all.add(
          refusal == null
              ? results.next()
              : new Courier.Result(new Outcome.Failed(refusal), Optional.empty()));
    }
    return new Courier.Delivery(all, others.server(), others.tls());
  }

  /**
   * Suppresses the addresses that an attempt has failed at for good. What cannot be written is only
   * logged: the next failure comes again.
   *
   * @param suppressed those that were suppressed before: no attempt was made at them
   */
  void learn(QueueEntry before, QueueEntry after, Set<EmailAddress> suppressed) {
    for (int i = 0; i < after.recipients().size(); i++) {
      QueuedRecipient recipient = after.recipients().get(i);
      boolean endedNow = before.recipients().get(i).end().isEmpty();
      if (endedNow
          && recipient.end().orElse(null) instanceof End.Bounced(SmtpReply reply)
          && HardBounce.isHard(reply)
          && !suppressed.contains(recipient.address())) {
        learn(after, recipient.address().canonical(), reply);
      }
    }
  }

  private void learn(QueueEntry entry, EmailAddress address, SmtpReply reply) {
    try {
      Optional<Duration> keep = entry.sender().isEmpty() ? Optional.empty() : keep(entry);
      if (keep.isEmpty()) {
        return;
      }
      Instant now = clock.instant().truncatedTo(ChronoUnit.MILLIS);
      Instant until = now.plus(keep.get()).truncatedTo(ChronoUnit.SECONDS);
      suppressions.put(
          domain(entry), new Suppression(address, now, reply.toString(), Optional.of(until)));
      EventLog.info("suppressed")
          .with("id", entry.id().message())
          .with("to", address)
          .with("for", domain(entry))
          .with("until", until)
          .with("reply", reply)
          .write();
    } catch (IOException | RuntimeException fault) {
      EventLog.warn("suppression-fault").with("entry", entry.id()).cause(fault).write();
    }
  }

  private Optional<Duration> keep(QueueEntry entry) throws IOException {
    Optional<RelaySettings> relay = directory.relay();
    return relay.flatMap(settings -> settings.suppression(entry.sender()));
  }

  private static String domain(QueueEntry entry) {
    return entry.sender().orElseThrow().canonical().domain();
  }
}
