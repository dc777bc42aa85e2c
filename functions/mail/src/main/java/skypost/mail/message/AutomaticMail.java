package skypost.mail.message;

import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import skypost.protocol.address.EmailAddress;

/**
 * Whether a machine wrote a message, so that no machine may answer it (RFC 3834 section 2): an
 * answer to an answer never ends, and one to a mailing list reaches everybody.
 */
public final class AutomaticMail {
  private static final Set<String> NEVER_A_PERSON =
      Set.of("mailer-daemon", "listserv", "majordomo", "noreply", "no-reply", "do-not-reply");
  private static final Set<String> BULK = Set.of("bulk", "list", "junk");

  private AutomaticMail() {}

  /**
   * @param sender the reverse-path
   * @param headers the header block
   */
  public static boolean is(Optional<EmailAddress> sender, byte[] headers) {
    return sender.isEmpty() // RFC 3834 section 2: no answer to the null sender
        || isMachine(sender.get().local().toLowerCase(Locale.ROOT))
        || isMarked(headers);
  }

  /** RFC 3834 section 2: list managers and daemons, by the names that they usually have. */
  private static boolean isMachine(String local) {
    return NEVER_A_PERSON.contains(local)
        || local.startsWith("owner-")
        || local.endsWith("-request")
        || local.endsWith("-bounces")
        || local.contains("-bounces+");
  }

  private static boolean isMarked(byte[] headers) {
    String submitted = HeaderBlock.field(headers, "Auto-Submitted").toLowerCase(Locale.ROOT);
    String keyword = submitted.replaceFirst("[;(\\s].*", ""); // RFC 3834 section 5: then parameters
    if (!keyword.isEmpty() && !keyword.equals("no")) {
      return true;
    }
    String precedence = HeaderBlock.field(headers, "Precedence").toLowerCase(Locale.ROOT);
    return BULK.contains(precedence)
        || !HeaderBlock.field(headers, "List-Id").isEmpty() // RFC 2919
        || !HeaderBlock.field(headers, "List-Unsubscribe").isEmpty() // RFC 2369
        || !HeaderBlock.field(headers, "List-Post").isEmpty();
  }
}
