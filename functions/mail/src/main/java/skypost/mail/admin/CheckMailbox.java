package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.stream.Collectors;
import skypost.mail.directory.Account;
import skypost.mail.directory.Directory;
import skypost.mail.mailbox.ExpiringMailboxes;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.mailbox.MailboxChecks;
import skypost.mail.mailbox.MailboxChecks.Contents;
import skypost.mail.mailbox.MailboxChecks.Difference;
import skypost.mail.mailbox.MailboxChecks.Held;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.AfterRetrieval;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.mailbox.Mailboxes.MailboxStatus;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.trace.Traces;
import skypost.mail.trace.Traces.Receipt;
import skypost.mail.trace.Traces.RecipientOutcome;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;

/**
 * Holds a mailbox against what it should be, and mends it: counters against messages, the quota
 * against the directory's, messages against their bodies, bodies against messages. It may run while
 * mail comes in and readers read.
 */
public final class CheckMailbox {
  private static final int AT_ONCE = 32;
  private static final int TRIES = 5;

  /** Messages that fit into a function's memory, some 300 octets each, and into half a minute. */
  private static final int MOST = 500_000;

  private final Ports ports;
  private final FreeBodies bodies;
  private final Clock clock;
  private final long most;

  /** What it works on. */
  public record Ports(
      Directory directory,
      MailboxChecks checks,
      Mailboxes mailboxes,
      ExpiringMailboxes expiring,
      StoredMessages messages,
      Traces traces) {}

  public CheckMailbox(Ports ports, FreeBodies bodies, Clock clock) {
    this(ports, bodies, clock, MOST);
  }

  /**
   * @param most messages of a mailbox that is still checked
   */
  CheckMailbox(Ports ports, FreeBodies bodies, Clock clock, long most) {
    this.most = most;
    this.ports = ports;
    this.bodies = bodies;
    this.clock = clock;
  }

  /**
   * How far to look.
   *
   * @param repair whether to mend what is wrong
   * @param bodies of how many of the newest messages the bodies are looked for, a request each
   * @param orphanDays bodies stored in so many days are looked at that their receipts file here and
   *     the mailbox does not have, a request and a read each; 0: none
   */
  public record Scope(boolean repair, int bodies, int orphanDays) {}

  /**
   * What was found.
   *
   * @param messages in folders
   * @param deleted that can be brought back
   * @param bodies how many were looked for
   * @param findings what is wrong; empty: all is well
   */
  public record Report(int messages, int deleted, int bodies, List<Finding> findings) {}

  /**
   * Something that is wrong.
   *
   * @param kind in a word or two
   * @param folder where
   * @param message which
   * @param stored what is counted
   * @param found what is there
   * @param repaired whether it has been mended
   */
  public record Finding(
      String kind,
      Optional<String> folder,
      Optional<MessageId> message,
      long stored,
      long found,
      boolean repaired) {}

  /** Checks a user's mailbox. */
  public Outcome<Report> check(EmailAddress user, Scope scope) throws IOException {
    Optional<Account> account = ports.directory().account(user);
    Optional<MailboxStatus> size = ports.mailboxes().status(user);
    if (size.isPresent() && size.get().messages() > most) {
      return new Outcome.Conflict<>(
          "the mailbox has "
              + size.get().messages()
              + " messages, and "
              + most
              + " can be checked at most");
    }
    // Before the mailbox is read: what a receipt says was filed then is there, or was removed
    List<MessageId> filed = filedHere(user, scope.orphanDays());
    Optional<Contents> read = ports.checks().read(user);
    if (account.isEmpty() || !(account.get() instanceof Account.User found) || read.isEmpty()) {
      return new Outcome.Missing<>("mailbox of " + user);
    }
    Contents contents = read.get();
    List<Finding> findings = new ArrayList<>();
    quota(found, contents, scope, findings);
    counters(user, contents, scope, findings);
    List<Held> newest = newest(contents, scope.bodies());
    missing(user, newest, scope, findings);
    orphans(user, filed, contents, scope, findings);
    findings.forEach(finding -> log(user, finding));
    int deleted = (int) contents.messages().stream().filter(Held::deleted).count();
    int messages = contents.messages().size() - deleted;
    return new Outcome.Done<>(new Report(messages, deleted, newest.size(), findings));
  }

  /** A change of the quota that was cut short. */
  private void quota(Account.User user, Contents contents, Scope scope, List<Finding> findings)
      throws IOException {
    if (contents.quotaBytes() == user.quotaBytes()) {
      return;
    }
    if (scope.repair()) {
      var after = user.deleteAfterRetrieval() ? AfterRetrieval.DELETE : AfterRetrieval.KEEP;
      ports.mailboxes().create(user.address(), user.quotaBytes(), after);
    }
    findings.add(
        new Finding(
            "quota",
            Optional.empty(),
            Optional.empty(),
            contents.quotaBytes(),
            user.quotaBytes(),
            scope.repair()));
  }

  private void counters(EmailAddress user, Contents contents, Scope scope, List<Finding> findings)
      throws IOException {
    boolean repaired = false;
    boolean countable =
        contents.differences().stream()
            .anyMatch(difference -> difference.what() != MailboxChecks.What.TWICE);
    if (scope.repair() && countable) {
      repaired = recount(user);
    }
    for (Difference difference : contents.differences()) {
      boolean twice = difference.what() == MailboxChecks.What.TWICE;
      findings.add(
          new Finding(
              difference.what().name().toLowerCase(java.util.Locale.ROOT).replace('_', '-'),
              difference.folder(),
              Optional.empty(),
              difference.stored(),
              difference.found(),
              repaired && !twice));
    }
  }

  private boolean recount(EmailAddress user) throws IOException {
    for (int tries = 0; tries < TRIES; tries++) {
      Optional<Contents> now = ports.checks().read(user);
      if (now.isPresent() && ports.checks().recount(user, now.get())) {
        return true;
      }
    }
    return false; // too much comes in: another call tries again
  }

  private static List<Held> newest(Contents contents, int most) {
    List<Held> all = contents.messages();
    return all.stream()
        .sorted(java.util.Comparator.comparing((Held held) -> held.message().id()).reversed())
        .limit(most)
        .toList();
  }

  /** What has no body cannot be read: it goes out of the reader's way, among the deleted. */
  private void missing(EmailAddress user, List<Held> held, Scope scope, List<Finding> findings)
      throws IOException {
    List<Held> missing = bodiless(held);
    Map<String, List<MailboxMessage>> byFolder =
        missing.stream()
            .filter(one -> !one.deleted())
            .collect(
                Collectors.groupingBy(
                    Held::folder, Collectors.mapping(Held::message, Collectors.toList())));
    Set<String> retired = new HashSet<>();
    if (scope.repair()) {
      for (Map.Entry<String, List<MailboxMessage>> folder : byFolder.entrySet()) {
        List<MailboxMessage> messages = folder.getValue();
        if (ports.expiring().retire(user, folder.getKey(), messages, clock.instant())) {
          retired.add(folder.getKey());
        }
      }
    }
    for (Held one : missing) {
      findings.add(
          new Finding(
              one.deleted() ? "deleted-without-body" : "no-body",
              Optional.of(one.folder()),
              Optional.of(one.message().id()),
              1,
              0,
              !one.deleted() && retired.contains(one.folder())));
    }
  }

  private List<Held> bodiless(Collection<Held> held) throws IOException {
    Semaphore places = new Semaphore(AT_ONCE);
    List<Callable<Optional<Held>>> tasks = new ArrayList<>();
    for (Held one : held) {
      tasks.add(() -> {
        places.acquire();
        try {
          boolean stored = ports.messages().isStored(one.message().id());
          return stored ? Optional.<Held>empty() : Optional.of(one);
        } finally {
          places.release();
        }
      });
    }
    List<Held> bodiless = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Optional<Held>> done : threads.invokeAll(tasks)) {
        done.get().ifPresent(bodiless::add);
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    } catch (ExecutionException fault) {
      throw new IOException(fault.getCause());
    }
    return bodiless;
  }

  /** Stored messages that by their receipts lie in this mailbox. */
  private List<MessageId> filedHere(EmailAddress user, int days) throws IOException {
    List<MessageId> filed = new ArrayList<>();
    if (days == 0) {
      return filed;
    }
    MessageId from = MessageId.first(clock.instant().minus(Duration.ofDays(days)));
    Iterator<MessageId> ids = ports.messages().listFrom(from);
    while (ids.hasNext()) {
      MessageId id = ids.next();
      Optional<Receipt> receipt = ports.traces().receipt(id);
      if (receipt.filter(found -> isFiled(found, user)).isPresent()) {
        filed.add(id);
      }
    }
    return filed;
  }

  private static boolean isFiled(Receipt receipt, EmailAddress user) {
    return receipt.outcomes().stream()
        .filter(outcome -> outcome.recipient().equals(user))
        .map(RecipientOutcome::outcome)
        .anyMatch(outcome ->
            outcome instanceof Traces.Outcome.Filed
                || outcome instanceof Traces.Outcome.FiledBefore);
  }

  private void orphans(
      EmailAddress user,
      List<MessageId> filed,
      Contents contents,
      Scope scope,
      List<Finding> findings)
      throws IOException {
    Set<MessageId> present =
        contents.messages().stream().map(held -> held.message().id()).collect(Collectors.toSet());
    for (MessageId id : filed) {
      if (!present.contains(id)) {
        if (scope.repair()) {
          bodies.free(id, true, user.toString()); // not one that somebody else holds
        }
        findings.add(
            new Finding("body-of-nobody", Optional.empty(), Optional.of(id), 1, 0, scope.repair()));
      }
    }
  }

  private static void log(EmailAddress user, Finding finding) {
    EventLog line = EventLog.error("mailbox-check").with("user", user).with("kind", finding.kind());
    finding.folder().ifPresent(folder -> line.with("folder", folder));
    finding.message().ifPresent(id -> line.with("id", id));
    line.with("stored", finding.stored())
        .with("found", finding.found())
        .with("repaired", finding.repaired())
        .write();
  }
}
