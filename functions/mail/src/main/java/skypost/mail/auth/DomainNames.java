package skypost.mail.auth;

import java.util.Locale;
import java.util.Optional;
import skypost.protocol.address.InternationalNames;

/** Domain names as message authentication compares and asks for them. */
public final class DomainNames {
  private static final int MAX_LABEL = 63; // RFC 1035 section 2.3.4
  private static final int MAX_NAME = 253;

  private DomainNames() {}

  /**
   * In lower-case A-labels without a dot at the end (RFC 8616 section 4); empty when it is no name
   * that the DNS may hold. Any octet may stand in a label but blanks and controls.
   */
  public static Optional<String> canonical(String name) {
    String text = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    text = InternationalNames.toAscii(text).orElse("");
    text = text.toLowerCase(Locale.ROOT);
    if (text.length() > MAX_NAME || text.chars().anyMatch(c -> c <= ' ' || c > '~')) {
      return Optional.empty();
    }
    for (String label : text.split("\\.", -1)) {
      if (label.isEmpty() || label.length() > MAX_LABEL) {
        return Optional.empty();
      }
    }
    return Optional.of(text);
  }

  /** Whether a name is another, or below it; both canonical. */
  public static boolean isWithin(String name, String ancestor) {
    return name.equals(ancestor) || name.endsWith('.' + ancestor);
  }
}
