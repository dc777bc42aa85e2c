package skypost.mail.sieve.run;

import java.util.List;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/** What a script decided to do with the message (RFC 5228 section 4). */
public sealed interface Action {
  /** File to INBOX; also where the script decided nothing (RFC 5228 section 2.10.2). */
  record Keep(List<String> flags) implements Action {
    public Keep {
      flags = List.copyOf(flags);
    }
  }

  /**
   * File to a mailbox.
   *
   * @param create make it first if it is not there (RFC 5490 section 3.2)
   * @param flags IMAP flags (RFC 5232)
   */
  record FileInto(String mailbox, boolean create, List<String> flags) implements Action {
    public FileInto {
      flags = List.copyOf(flags);
    }
  }

  /** Send it on. */
  record Redirect(EmailAddress address) implements Action {}

  /**
   * Refuse it.
   *
   * @param extended whether a non-delivery report is to be preferred to a message of the user (RFC
   *     5429 section 2.1)
   */
  record Reject(String reason, boolean extended) implements Action {}

  /** Do not keep it, where nothing else says so. */
  record Discard() implements Action {}

  /** Tell the sender that the user is away; only where a reply is due. */
  record Vacation(String reason, EmailAddress to) implements Action {}

  /** The mailbox it files to. */
  default Optional<String> filesTo() {
    return switch (this) {
      case Keep _ -> Optional.of("INBOX");
      case FileInto into -> Optional.of(into.mailbox());
      case Redirect _ -> Optional.empty();
      case Reject _ -> Optional.empty();
      case Discard _ -> Optional.empty();
      case Vacation _ -> Optional.empty();
    };
  }
}
