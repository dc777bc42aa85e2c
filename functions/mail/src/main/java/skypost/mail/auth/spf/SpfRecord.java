package skypost.mail.auth.spf;

import java.util.List;
import java.util.Optional;

/**
 * A record that was read (RFC 7208 section 4.6).
 *
 * @param directives in order
 * @param redirect whose record decides when none of them matches (section 6.1)
 * @param explanation where the words for a fail are (section 6.2)
 */
record SpfRecord(
    List<Directive> directives, Optional<MacroString> redirect, Optional<MacroString> explanation) {
  SpfRecord {
    directives = List.copyOf(directives);
  }

  /** A mechanism and what its match means. */
  record Directive(Qualifier qualifier, Mechanism mechanism) {}

  /** RFC 7208 section 4.6.2. */
  enum Qualifier {
    PASS,
    FAIL,
    SOFTFAIL,
    NEUTRAL
  }

  /** Leading bits to compare, of IPv4 and of IPv6 addresses. */
  record Prefixes(int ipv4, int ipv6) {
    static final Prefixes WHOLE = new Prefixes(32, 128);
  }

  /** RFC 7208 section 5. Without a domain-spec the domain of the record is meant. */
  sealed interface Mechanism {
    record All() implements Mechanism {}

    record Include(MacroString domain) implements Mechanism {}

    record A(Optional<MacroString> domain, Prefixes prefixes) implements Mechanism {}

    record Mx(Optional<MacroString> domain, Prefixes prefixes) implements Mechanism {}

    record Ptr(Optional<MacroString> domain) implements Mechanism {}

    record Ip(byte[] network, int prefix) implements Mechanism {}

    record Exists(MacroString domain) implements Mechanism {}
  }
}
