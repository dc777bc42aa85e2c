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
import skypost.mail.directory.MailboxRules;
import skypost.mail.directory.Page;
import skypost.mail.mailbox.DomainUsage.Usage;
import skypost.protocol.address.EmailAddress;

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

  private record Known(Optional<Usage> usage, Instant since) {}

  public DomainQuota(DomainUsage usage, Directory directory, Mailboxes mailboxes, Clock clock) {
    this.usage = usage;
    this.directory = directory;
    this.mailboxes = mailboxes;
    this.clock = clock;
  }

  /** Whether there is no room for so many octets more. */
  public boolean isFull(String domain, MailboxRules rules, long size) throws IOException {
    if (rules.quotaBytes() == 0) {
      return false;
    }
    Optional<Usage> last =
        remembered(domain).filter(count -> count.steppedAt().plus(CLOSED).isAfter(clock.instant()));
    return last.isPresent() && counted(last.get()) + Math.max(size, 1) > rules.quotaBytes();
  }

  /** Of a count that goes on, what it has found: it goes on only when mail comes in. */
  private static long counted(Usage count) {
    return count.cursor().isPresent() ? count.partial() : count.bytes();
  }

  private Optional<Usage> remembered(String domain) throws IOException {
    Instant now = clock.instant();
    Known before = known.get(domain);
    if (before != null && before.since().plus(FRESH).isAfter(now)) {
      return before.usage();
    }
    return remember(domain, usage.find(domain));
  }

  private Optional<Usage> remember(String domain, Optional<Usage> found) {
    if (known.size() >= MOST) {
      known.clear();
    }
    known.put(domain, new Known(found, clock.instant()));
    return found;
  }

  /** Takes a step of counting, where it is time for one: for whoever handles a message anyway. */
  public void count(String domain, MailboxRules rules) throws IOException {
    if (rules.quotaBytes() == 0 || !isTime(remembered(domain), rules)) {
      return;
    }
    Optional<Usage> seen = remember(domain, usage.find(domain));
    if (!isTime(seen, rules)) {
      return;
    }
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
    if (usage.replace(domain, seen, next)) {
      remember(domain, Optional.of(next));
    } else {
      known.remove(domain); // somebody else has counted these
    }
  }

  private long bytes(EmailAddress user) throws IOException {
    return mailboxes.status(user).map(Mailboxes.MailboxStatus::bytes).orElse(0L);
  }

  private boolean isTime(Optional<Usage> found, MailboxRules rules) {
    return found
        .map(last -> !last.steppedAt().plus(period(last, rules)).isAfter(clock.instant()))
        .orElse(true);
  }

  /** How long a count holds: ten minutes, and in a domain that is nearly full ten seconds. */
  private static Duration period(Usage last, MailboxRules rules) {
    if (last.cursor().isPresent()) {
      return FRESH; // a count that has begun
    }
    double full = (double) last.bytes() / rules.quotaBytes();
    if (full > 0.95) {
      return FRESH;
    }
    return full > 0.8 ? Duration.ofMinutes(1) : Duration.ofMinutes(10);
  }
}
