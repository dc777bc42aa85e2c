package skypost.mail.admin;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.MailboxRules;
import skypost.mail.directory.Page;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.mailbox.DeletedMessages.DeletedMessage;
import skypost.mail.mailbox.DeletedMessages.RestoreOutcome;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/** Shows what was deleted from a mailbox of late, and brings it back. */
public final class RecoverMessages {
  /** Messages that one call brings back: within the time that a caller waits. */
  public static final int AT_ONCE = 200;

  private static final int PAGE = 500;

  private final DeletedMessages deleted;
  private final DomainQuota quota;
  private final Clock clock;

  public RecoverMessages(DeletedMessages deleted, DomainQuota quota, Clock clock) {
    this.deleted = deleted;
    this.quota = quota;
    this.clock = clock;
  }

  /** A message that is back. */
  public record Restored(MessageId id, String folder, long uid) {}

  /**
   * Which messages are wanted back.
   *
   * @param since deleted then or later; empty: as long as messages are kept
   * @param from deleted from this folder; empty: from any
   */
  public record Wanted(Optional<Instant> since, Optional<String> from) {
    boolean includes(DeletedMessage message) {
      return from.isEmpty() || from.get().equals(message.folder());
    }
  }

  /**
   * What many came to.
   *
   * @param restored how many are back
   * @param left how many of those that are wanted are not
   * @param full whether that is because the mailbox, or its domain, is full; else another call goes
   *     on
   */
  public record Many(int restored, int left, boolean full) {}

  /** What can be brought back, the last deleted first. */
  public Outcome<Page<DeletedMessage>> list(EmailAddress user, int limit, Optional<String> next)
      throws IOException {
    Optional<Page<DeletedMessage>> page = deleted.list(user, limit, next);
    if (page.isEmpty()) {
      return new Outcome.Missing<>("mailbox of " + user);
    }
    List<DeletedMessage> items = page.get().items().stream().filter(this::isKept).toList();
    boolean more = items.size() == page.get().items().size();
    return new Outcome.Done<>(new Page<>(items, more ? page.get().next() : Optional.empty()));
  }

  /**
   * Brings a message back.
   *
   * @param folder where to; empty: where it was
   */
  public Outcome<Restored> restore(EmailAddress user, MessageId id, Optional<String> folder)
      throws IOException {
    Optional<DeletedMessage> message = deleted.find(user, id).filter(this::isKept);
    if (message.isEmpty()) {
      return missing(user, id);
    }
    MailboxRules rules = quota.rules(user.domain());
    if (quota.isFull(user.domain(), rules, message.get().message().size())) {
      return new Outcome.Conflict<>("the mailboxes of " + user.domain() + " are full");
    }
    quota.count(user.domain(), rules);
    return switch (deleted.restore(user, message.get(), folder.orElse(message.get().folder()))) {
      case RestoreOutcome.Restored(String to, long uid) -> {
        quota.filed(user.domain(), rules, message.get().message().size());
        yield new Outcome.Done<>(new Restored(id, to, uid));
      }
      case RestoreOutcome.NotThere() -> missing(user, id);
      case RestoreOutcome.OverQuota() -> new Outcome.Conflict<>("the mailbox is full");
    };
  }

  /**
   * Brings messages back to where they were, the first deleted first, so that they stand in their
   * old order.
   */
  public Outcome<Many> restore(EmailAddress user, Wanted wanted) throws IOException {
    Instant since = wanted.since().orElse(Instant.MIN);
    List<DeletedMessage> found = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      Outcome<Page<DeletedMessage>> page = list(user, PAGE, next);
      if (!(page instanceof Outcome.Done<Page<DeletedMessage>>(Page<DeletedMessage> shown))) {
        return new Outcome.Missing<>("mailbox of " + user);
      }
      List<DeletedMessage> late =
          shown.items().stream().takeWhile(message -> !message.at().isBefore(since)).toList();
      late.stream().filter(wanted::includes).forEach(found::add);
      next = late.size() == shown.items().size() ? shown.next() : Optional.empty();
    } while (next.isPresent());
    return new Outcome.Done<>(restore(user, List.copyOf(found.reversed())));
  }

  private Many restore(EmailAddress user, List<DeletedMessage> messages) throws IOException {
    int restored = 0;
    int left = messages.size();
    MailboxRules rules = quota.rules(user.domain());
    quota.count(user.domain(), rules);
    for (DeletedMessage message : messages.subList(0, Math.min(AT_ONCE, messages.size()))) {
      if (quota.isFull(user.domain(), rules, message.message().size())) {
        return new Many(restored, left, true);
      }
      switch (deleted.restore(user, message, message.folder())) {
        case RestoreOutcome.Restored _ -> {
          restored++;
          quota.filed(user.domain(), rules, message.message().size());
        }
        case RestoreOutcome.NotThere() -> {} // somebody else was quicker
        case RestoreOutcome.OverQuota() -> {
          return new Many(restored, left, true);
        }
      }
      left--;
    }
    return new Many(restored, left, false);
  }

  private boolean isKept(DeletedMessage message) {
    return message.until().isAfter(clock.instant());
  }

  private static <T> Outcome<T> missing(EmailAddress user, MessageId id) {
    return new Outcome.Missing<>("deleted message " + id + " of " + user);
  }
}
