package skypost.mail.mailbox;

import java.io.IOException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Account;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;
import skypost.protocol.address.EmailAddress;

/**
 * Which mailboxes hold messages whose time is over, without a look at the others: whatever puts a
 * message among the deleted, or into a folder that keeps none for ever, registers its mailbox. A
 * mailbox has one registration at a time that counts, however many messages it has.
 */
public interface ExpiringMailboxes {
  /** Registrations up to a moment, the oldest first. */
  List<Due> due(Instant now, int limit) throws IOException;

  /** Registers a mailbox, unless it is to be looked at earlier anyway. */
  void register(EmailAddress user, Instant at) throws IOException;

  /** Has all mailboxes of a domain registered by the next run: its rules have changed. */
  void registerAll(String domain, Instant at) throws IOException;

  /**
   * A mark that changes with all that is filed, deleted and brought back; empty when there is no
   * mailbox. To be read before anything else of it.
   */
  Optional<String> mark(EmailAddress user) throws IOException;

  /**
   * Ends a registration once the mailbox has been looked at, provided that nothing has changed
   * since.
   *
   * @param mark as the mailbox was before
   * @param next when it is to be looked at again; empty: not at all
   * @return false when something has changed, and the registration stands
   */
  boolean settle(Due due, String mark, Optional<Instant> next) throws IOException;

  /** Looks at a mailbox again at a time, whatever has come into it meanwhile. */
  void postpone(Due due, Instant next) throws IOException;

  /** Ends a registration of a mailbox that is gone. */
  void drop(Due due) throws IOException;

  /**
   * The first messages of a folder in UID order.
   *
   * @param limit how many at most
   */
  List<MailboxMessage> first(EmailAddress user, String folder, int limit) throws IOException;

  /**
   * Puts messages of a folder among the deleted, as {@link Mailboxes#expunge} does, while no
   * session holds the maildrop lease.
   *
   * @return false, and the rest left, when one does
   */
  boolean retire(EmailAddress user, String folder, Collection<MailboxMessage> messages, Instant now)
      throws IOException;

  /** A registration; of all mailboxes of a domain, when the user is {@code *}. */
  record Due(EmailAddress user, Instant at) {
    public boolean isWholeDomain() {
      return user.local().equals(Account.CATCH_ALL); // no user has this name
    }
  }
}
