package skypost.mail.mailbox;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/**
 * What has been removed from mailboxes and can still be brought back. A deleted message keeps its
 * body and counts for no quota. Every method throws {@link IOException} when the outcome is not
 * known: the caller may repeat it.
 */
public interface DeletedMessages {
  /** How long a message can be brought back. */
  Duration RECOVERABLE = Duration.ofDays(14);

  /**
   * How long it is kept beyond that: longer than machines' clocks are apart, and than a request to
   * restore takes, so that no body goes while its message comes back.
   */
  Duration MARGIN = Duration.ofHours(1);

  /**
   * The deleted messages, the last deleted first; empty when there is no mailbox. Also those whose
   * time has just run out may be among them. Strongly consistent.
   *
   * @param next a place from the page before
   */
  Optional<Page<DeletedMessage>> list(EmailAddress user, int limit, Optional<String> next)
      throws IOException;

  /** A deleted message. Strongly consistent. */
  Optional<DeletedMessage> find(EmailAddress user, MessageId id) throws IOException;

  /**
   * Brings a message back, within quota, in one step: it gets a new UID, for the old one is never
   * given again, and keeps its id, which is its unique-id in POP3.
   *
   * @param folder where to
   */
  RestoreOutcome restore(EmailAddress user, DeletedMessage message, String folder)
      throws IOException;

  /**
   * Messages deleted at or before a moment, the first deleted first.
   *
   * @param limit about how many at most
   */
  List<DeletedMessage> deletedUntil(EmailAddress user, Instant moment, int limit)
      throws IOException;

  /** When the first of the deleted messages was deleted; empty when there is none. */
  Optional<Instant> first(EmailAddress user) throws IOException;

  /**
   * Takes messages off the list for good. Their bodies have been freed before, so that no crash
   * leaves one that nobody knows of. Those that are not deleted any more are left alone.
   */
  void forget(EmailAddress user, Collection<DeletedMessage> messages) throws IOException;

  /**
   * A deleted message.
   *
   * @param folder where it was
   * @param at when it was deleted, to the second
   * @param message as it was; the UID is its number among the deleted
   */
  record DeletedMessage(String folder, Instant at, MailboxMessage message) {
    public MessageId id() {
      return message.id();
    }

    /** Until when it can be brought back. */
    public Instant until() {
      return at.plus(RECOVERABLE);
    }
  }

  /** What became of the wish to have a message back. */
  sealed interface RestoreOutcome {
    /** It is back. */
    record Restored(String folder, long uid) implements RestoreOutcome {}

    /** It is not among the deleted, or no more. */
    record NotThere() implements RestoreOutcome {}

    /** There is no room for it within the quota. */
    record OverQuota() implements RestoreOutcome {}
  }
}
