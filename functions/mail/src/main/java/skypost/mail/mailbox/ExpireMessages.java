package skypost.mail.mailbox;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import skypost.mail.directory.Account;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Page;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.mailbox.ExpiringMailboxes.Due;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;

/**
 * Ends what has a time: messages of folders that keep none for ever go among the deleted, and
 * deleted ones, when they can be brought back no more, for good, with their bodies. A body goes
 * before the list forgets it: so a crash leaves none behind that nobody knows of, and since nobody
 * can bring such a message back any more, none that somebody needs.
 *
 * <p>Only mailboxes that are registered as due are looked at, each at most once a day or so. What a
 * run does not come to, the next one does.
 */
public final class ExpireMessages {
  /** Mailboxes at once: each waits for DynamoDB and S3 most of the time. */
  private static final int AT_ONCE = 8;

  private static final int BATCH = 500;
  private static final int ACCOUNTS = 200;
  private static final Duration LEAST_WAIT = Duration.ofDays(1);

  private final Ports ports;
  private final FreeBodies bodies;
  private final Clock clock;

  /** What it works on. */
  public record Ports(
      ExpiringMailboxes mailboxes,
      DeletedMessages deleted,
      Directory directory,
      Retention retention) {}

  public ExpireMessages(Ports ports, FreeBodies bodies, Clock clock) {
    this.ports = ports;
    this.bodies = bodies;
    this.clock = clock;
  }

  /**
   * Works on what is due.
   *
   * @param until no mailbox is begun after it
   * @return how many messages were deleted or freed
   */
  public int run(Instant until) throws IOException {
    AtomicInteger messages = new AtomicInteger();
    List<Due> batch;
    do {
      batch = ports.mailboxes().due(clock.instant(), BATCH);
      if (!expire(batch, until, messages)) {
        break; // what failed, or came too late, would come again at once
      }
    } while (batch.size() == BATCH && clock.instant().isBefore(until));
    if (messages.get() > 0) {
      EventLog.info("expire").with("messages", messages.get()).write();
    }
    return messages.get();
  }

  private boolean expire(List<Due> batch, Instant until, AtomicInteger messages)
      throws IOException {
    List<Callable<Boolean>> tasks = new ArrayList<>();
    for (Due due : batch) {
      tasks.add(() -> {
        try {
          return clock.instant().isBefore(until) && expire(due, until, messages);
        } catch (IOException | UncheckedIOException fault) {
          EventLog.error("expire").with("user", due.user()).cause(fault).write();
          return false;
        }
      });
    }
    return all(tasks);
  }

  /** Does some at once; true when each has said so. */
  private static boolean all(List<Callable<Boolean>> tasks) throws IOException {
    Semaphore places = new Semaphore(AT_ONCE);
    List<Callable<Boolean>> inTurn = new ArrayList<>();
    for (Callable<Boolean> task : tasks) {
      inTurn.add(() -> {
        places.acquire();
        try {
          return task.call();
        } finally {
          places.release();
        }
      });
    }
    boolean all = true;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Boolean> done : threads.invokeAll(inTurn)) {
        all &= done.get();
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    } catch (ExecutionException fault) {
      throw new IOException(fault.getCause());
    }
    return all;
  }

  private boolean expire(Due due, Instant until, AtomicInteger messages) throws IOException {
    EmailAddress user = due.user();
    Instant now = clock.instant();
    if (due.isWholeDomain()) {
      boolean isDone = registerAll(user.domain(), now, until);
      if (isDone) {
        ports.mailboxes().drop(due);
      }
      return isDone;
    }
    Map<String, Duration> kept = ports.retention().of(user);
    for (Map.Entry<String, Duration> folder : kept.entrySet()) {
      messages.addAndGet(retire(user, folder.getKey(), folder.getValue(), now));
    }
    messages.addAndGet(forget(user, now));
    Optional<String> mark = ports.mailboxes().mark(user);
    if (mark.isEmpty()) {
      ports.mailboxes().drop(due);
      return true;
    }
    // Whatever is there now; what is still over its time waits for a reader to leave
    Instant tomorrow = now.plus(LEAST_WAIT);
    Optional<Instant> next = next(user, kept).map(at -> at.isBefore(tomorrow) ? tomorrow : at);
    if (!ports.mailboxes().settle(due, mark.get(), next)) {
      ports.mailboxes().postpone(due, tomorrow); // what has come since has a day at least
    }
    return true;
  }

  /**
   * Registers the mailboxes of a domain; one that has a date is passed over.
   *
   * @return false when there was no time for all: the next run does it
   */
  private boolean registerAll(String domain, Instant now, Instant until) throws IOException {
    Optional<String> next = Optional.empty();
    do {
      if (!clock.instant().isBefore(until)) {
        return false;
      }
      Page<Account> page = ports.directory().accounts(domain, ACCOUNTS, next);
      List<Callable<Boolean>> tasks = new ArrayList<>();
      for (Account account : page.items()) {
        if (account instanceof Account.User) {
          tasks.add(() -> {
            ports.mailboxes().register(account.address(), now);
            return true;
          });
        }
      }
      all(tasks);
      next = page.next();
    } while (next.isPresent());
    return true;
  }

  private Optional<Instant> next(EmailAddress user, Map<String, Duration> kept) throws IOException {
    Optional<Instant> next = ports.deleted().first(user).map(ExpireMessages::end);
    for (Map.Entry<String, Duration> folder : kept.entrySet()) {
      Optional<Instant> over =
          ports.mailboxes().first(user, folder.getKey(), 1).stream()
              .findFirst()
              .map(message -> age(message).plus(folder.getValue()));
      if (next.isEmpty() || (over.isPresent() && over.get().isBefore(next.get()))) {
        next = over;
      }
    }
    return next;
  }

  private static Instant end(Instant deletedAt) {
    return deletedAt.plus(DeletedMessages.RECOVERABLE).plus(DeletedMessages.MARGIN);
  }

  /** Retires what is over its time, as long as nobody reads. */
  private int retire(EmailAddress user, String folder, Duration kept, Instant now)
      throws IOException {
    int retired = 0;
    while (true) {
      List<MailboxMessage> over =
          ports.mailboxes().first(user, folder, BATCH).stream()
              .takeWhile(message -> !age(message).plus(kept).isAfter(now))
              .toList();
      if (over.isEmpty() || !ports.mailboxes().retire(user, folder, over, now)) {
        return retired;
      }
      retired += over.size();
    }
  }

  private static Instant age(MailboxMessage message) {
    return message.id().acceptedAt();
  }

  private int forget(EmailAddress user, Instant now) throws IOException {
    Instant moment = now.minus(DeletedMessages.RECOVERABLE).minus(DeletedMessages.MARGIN);
    int forgotten = 0;
    while (true) {
      List<DeletedMessage> over = ports.deleted().deletedUntil(user, moment, BATCH);
      if (over.isEmpty()) {
        return forgotten;
      }
      try (FreeBodies.Batch freed = bodies.heldBy(user.toString())) {
        over.forEach(message -> freed.add(message.message()));
      }
      ports.deleted().forget(user, over);
      forgotten += over.size();
    }
  }
}
