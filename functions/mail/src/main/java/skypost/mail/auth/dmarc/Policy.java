package skypost.mail.auth.dmarc;

import java.util.Locale;
import java.util.Optional;

/** What a domain wants done with mail that fails (RFC 9989 section 4.7), from mild to strict. */
public enum Policy {
  NONE,
  QUARANTINE,
  REJECT;

  static Optional<Policy> parse(String text) {
    return switch (text.toLowerCase(Locale.ROOT)) {
      case "none" -> Optional.of(NONE);
      case "quarantine" -> Optional.of(QUARANTINE);
      case "reject" -> Optional.of(REJECT);
      default -> Optional.empty();
    };
  }

  /** As records and results name it. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** RFC 9989 section 4.7, t=y: one level milder. */
  Policy milder() {
    return switch (this) {
      case REJECT -> QUARANTINE;
      case QUARANTINE -> NONE;
      case NONE -> NONE;
    };
  }
}
