package skypost.mail.directory;

import java.util.List;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * What an address of a local domain stands for. One address is one account: a user or an alias,
 * never both.
 */
public sealed interface Account {
  /** The canonical address. */
  EmailAddress address();

  /**
   * Someone with a mailbox.
   *
   * @param address canonical
   * @param quotaBytes octets the mailbox may hold; 0: no limit
   * @param deleteAfterRetrieval whether a message is deleted once POP3 has handed it out and QUIT
   *     came
   * @param filter the version of the user's filter, set through {@link skypost.mail.filter.Filters}
   *     alone; empty: there is none
   * @param times how long the folders keep messages, before what the domain says
   */
  record User(
      EmailAddress address,
      long quotaBytes,
      boolean deleteAfterRetrieval,
      Optional<String> filter,
      FolderTimes times)
      implements Account {
    public User {
      if (quotaBytes < 0) {
        throw new IllegalArgumentException("a quota is not negative");
      }
    }

    /** Whose folders keep what the domain says. */
    public User(
        EmailAddress address,
        long quotaBytes,
        boolean deleteAfterRetrieval,
        Optional<String> filter) {
      this(address, quotaBytes, deleteAfterRetrieval, filter, FolderTimes.NONE);
    }

    /** Without a filter. */
    public User(EmailAddress address, long quotaBytes, boolean deleteAfterRetrieval) {
      this(address, quotaBytes, deleteAfterRetrieval, Optional.empty());
    }

    /** The same with other times. */
    public User keeping(FolderTimes other) {
      return new User(address, quotaBytes, deleteAfterRetrieval, filter, other);
    }

    /** The same with another filter, or none. */
    public User filteredBy(Optional<String> version) {
      return new User(address, quotaBytes, deleteAfterRetrieval, version, times);
    }
  }

  /**
   * A name for others.
   *
   * @param address canonical; the local part {@value #CATCH_ALL} stands for every address that is
   *     not another account
   * @param targets addresses, local or not, at least one
   */
  record Alias(EmailAddress address, List<EmailAddress> targets) implements Account {
    public Alias {
      if (targets.isEmpty()) {
        throw new IllegalArgumentException("an alias has a target");
      }
      targets = List.copyOf(targets);
    }
  }

  /** The local part of an alias that takes what nobody else takes. */
  String CATCH_ALL = "*";
}
