package skypost.mail.mailbox;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.directory.Account;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.MailboxRules;
import skypost.mail.directory.Page;
import skypost.mail.mailbox.DomainUsage.Usage;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;

/**
 * The quota of all mailboxes of a domain together. A counter that each delivery writes would be one
 * hot item, and dearer than the delivery; so the mailboxes' own counters are added up from time to
 * time, a hundred accounts a step, while mail comes in, the more often the less is free. Between
 * two counts a domain may pass its quota by what comes in meanwhile.
 *
 * <p>A domain without a quota costs nothing. Thread safe.
 */
public final class DomainQuota {
  /** Accounts of a step: a read unit each. */
  private static final int STEP = 100;

  /** How long what was read is remembered within a warm function. */
  private static final Duration FRESH = Duration.ofSeconds(10);

  /**
   * How long a count keeps a domain closed. Then the next message is let in and counts again:
   * whoever deleted mail meanwhile has opened the domain, and nobody else looks.
   */
  private static final Duration CLOSED = Duration.ofMinutes(1);

  private static final int MOST = 10_000;

  private final DomainUsage usage;
  private final Directory directory;
  private final Mailboxes mailboxes;
  private final Clock clock;
  private final Map<String, Known> known = new ConcurrentHashMap<>();

  /**
   * What is known of a domain.
   *
   * @param since when it was read
   * @param filed octets that were filed here since all mailboxes were counted
   */
  private record Known(Optional<Usage> usage, Instant since, long filed) {
    Known with(long octets) {
      return new Known(usage, since, filed + octets);
    }

    /** Of a count that goes on, what it has found: it goes on only when mail comes in. */
    long bytes() {
      return filed
          + usage
              .map(count -> count.cursor().isPresent() ? count.partial() : count.bytes())
              .orElse(0L);
    }

    /** What is left of what was filed, when so much has been counted. */
    long filedSince(Optional<Usage> found) {
      boolean isNewCount = found.isPresent() && found.get().cursor().isEmpty();
      return isNewCount && !found.equals(usage) ? 0 : filed;
    }
  }

  public DomainQuota(DomainUsage usage, Directory directory, Mailboxes mailboxes, Clock clock) {
    this.usage = usage;
    this.directory = directory;
    this.mailboxes = mailboxes;
    this.clock = clock;
  }

  /** What holds for a domain's mailboxes, as the directory has it now. */
  public MailboxRules rules(String domain) throws IOException {
    return directory.domain(domain).map(Domain::mailboxes).orElse(MailboxRules.NONE);
  }

  /** Whether there is no room for so many octets more. */
  public boolean isFull(String domain, MailboxRules rules, long size) throws IOException {
    if (rules.quotaBytes() == 0) {
      return false;
    }
    Known last = remembered(domain);
    boolean isClosed = last.usage().isEmpty() || isAfter(last.usage().get().steppedAt(), CLOSED);
    return isClosed && last.bytes() + Math.max(size, 1) > rules.quotaBytes();
  }

  private boolean isAfter(Instant moment, Duration time) {
    return moment.plus(time).isAfter(clock.instant());
  }

  /** Takes note of what has been filed, until all is counted again. */
  public void filed(String domain, MailboxRules rules, long octets) {
    if (rules.quotaBytes() > 0) {
      known.computeIfPresent(domain, (_, before) -> before.with(octets));
    }
  }

  private Known remembered(String domain) throws IOException {
    Known before = known.get(domain);
    return before != null && isAfter(before.since(), FRESH)
        ? before
        : remember(domain, usage.find(domain));
  }

  private Known remember(String domain, Optional<Usage> found) {
    if (known.size() >= MOST) {
      known.clear();
    }
    Instant now = clock.instant();
    return known.merge(
        domain,
        new Known(found, now, 0),
        (before, _) -> new Known(found, now, before.filedSince(found)));
  }

  /**
   * Takes a step of counting, where it is time for one: for whoever handles a message anyway. When
   * it cannot be taken, that is no fault of the message's: the next one takes it.
   */
  public void count(String domain, MailboxRules rules) {
    try {
      step(domain, rules);
    } catch (IOException fault) {
      EventLog.warn("quota-uncounted").with("domain", domain).cause(fault).write();
    }
  }

  private void step(String domain, MailboxRules rules) throws IOException {
    if (rules.quotaBytes() == 0 || !isTime(remembered(domain), rules)) {
      return;
    }
    Known last = remember(domain, usage.find(domain));
    if (!isTime(last, rules)) {
      return;
    }
    Optional<Usage> seen = last.usage();
    Usage before = seen.orElse(new Usage(0, Instant.EPOCH, 0, Optional.empty()));
    Page<Account> page = directory.accounts(domain, STEP, before.cursor());
    long partial = before.partial();
    for (Account account : page.items()) {
      if (account instanceof Account.User) {
        partial += bytes(account.address());
      }
    }
    Usage next =
        page.next().isPresent()
            ? new Usage(before.bytes(), clock.instant(), partial, page.next())
            : new Usage(partial, clock.instant(), 0, Optional.empty());
    boolean isOurs = usage.replace(domain, seen, next);
    remember(domain, isOurs ? Optional.of(next) : usage.find(domain));
  }

  private long bytes(EmailAddress user) throws IOException {
    return mailboxes.status(user).map(Mailboxes.MailboxStatus::bytes).orElse(0L);
  }

  private boolean isTime(Known last, MailboxRules rules) {
    return last.usage().isEmpty() || !isAfter(last.usage().get().steppedAt(), period(last, rules));
  }

  /** How long a count holds: ten minutes, and in a domain that is nearly full ten seconds. */
  private static Duration period(Known last, MailboxRules rules) {
    if (last.usage().stream().anyMatch(count -> count.cursor().isPresent())) {
      return FRESH; // a count that has begun
    }
    double full = (double) last.bytes() / rules.quotaBytes();
    if (full > 0.95) {
      return FRESH;
    }
    return full > 0.8 ? Duration.ofMinutes(1) : Duration.ofMinutes(10);
  }
}
