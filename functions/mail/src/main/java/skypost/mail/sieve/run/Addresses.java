package skypost.mail.sieve.run;

import java.util.Optional;
import skypost.mail.sieve.message.MailAddress;
import skypost.mail.sieve.script.AddressPart;

/** Parts of addresses as tests compare them (RFC 5228 section 2.7.4, RFC 5233). */
final class Addresses {
  private static final char SEPARATOR = '+';

  private Addresses() {}

  /** Empty where the address has no such part: then no key matches. */
  static Optional<String> part(MailAddress address, AddressPart part) {
    if (part == AddressPart.ALL) {
      return Optional.of(address.all());
    }
    if (!address.isValid()) {
      return Optional.empty();
    }
    int separator = address.local().indexOf(SEPARATOR);
    return switch (part) {
      case ALL, LOCALPART -> Optional.of(address.local());
      case DOMAIN -> Optional.of(address.domain());
      case USER ->
          Optional.of(separator < 0 ? address.local() : address.local().substring(0, separator));
      case DETAIL ->
          separator < 0 ? Optional.empty() : Optional.of(address.local().substring(separator + 1));
    };
  }
}
