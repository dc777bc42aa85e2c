package skypost.mail.sieve.message;

import java.util.List;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/** What scripts may name: addresses that mail can go to, and mailboxes. */
public final class Names {
  private static final int MAX_MAILBOX = 250; // characters
  private static final String INBOX = "INBOX";

  private Names() {}

  /** RFC 5228 section 2.4.2.3: one address, with or without a name before it. */
  public static Optional<EmailAddress> address(String text) {
    // No groups and no routes: their marks may stand only within quotes and literals
    String bare = text.replaceAll("\"(\\\\.|[^\"\\\\])*\"|\\[[^\\]]*]", "");
    if (text.chars().anyMatch(c -> c < ' ' || c == 127)
        || bare.chars().anyMatch(c -> c == ':' || c == ';')) {
      return Optional.empty();
    }
    List<MailAddress> addresses = AddressList.parse(text);
    if (addresses.size() != 1 || !addresses.getFirst().isValid()) {
      return Optional.empty();
    }
    MailAddress only = addresses.getFirst();
    // Through the wire form, so that a local part that needs quotes gets them
    return EmailAddress.parse(only.all())
        .or(() -> EmailAddress.parse('"' + only.local() + "\"@" + only.domain()));
  }

  /** Whether it is one address or more, as From may have (RFC 5322 section 3.6.2). */
  public static boolean isMailboxList(String text) {
    List<MailAddress> addresses = AddressList.parse(text);
    return text.chars().noneMatch(c -> c < ' ' || c == 127)
        && !addresses.isEmpty()
        && addresses.stream().allMatch(one -> address(one.all()).isPresent());
  }

  /** Whether it can be the name of a mailbox. */
  public static boolean isMailbox(String name) {
    return !name.isBlank()
        && name.length() <= MAX_MAILBOX
        && name.chars().allMatch(c -> c >= ' ' && c != 127 && c != 0xFFFD);
  }

  /** RFC 3501 section 5.1: INBOX is the same in any case. */
  public static String mailbox(String name) {
    return name.equalsIgnoreCase(INBOX) ? INBOX : name;
  }
}
