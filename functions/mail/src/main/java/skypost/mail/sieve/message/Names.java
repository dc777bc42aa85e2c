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
    if (text.chars().anyMatch(c -> c < ' ' || c == 127) || hasMarks(text)) {
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

  /**
   * Whether marks of groups and routes stand outside of quotes and literals. By hand, since a
   * regular expression for this goes as deep as the text is long, and a stranger wrote the text.
   */
  private static boolean hasMarks(String text) {
    int index = 0;
    while (index < text.length()) {
      char c = text.charAt(index);
      if (c == ':' || c == ';') {
        return true;
      }
      index = c == '"' ? behindQuotes(text, index) : c == '[' ? behind(text, index) : index + 1;
    }
    return false;
  }

  private static int behindQuotes(String text, int quote) {
    for (int i = quote + 1; i < text.length(); i++) {
      if (text.charAt(i) == '"') {
        return i + 1;
      }
      if (text.charAt(i) == '\\') {
        i++;
      }
    }
    return text.length();
  }

  private static int behind(String text, int bracket) {
    int end = text.indexOf(']', bracket);
    return end < 0 ? text.length() : end + 1;
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
