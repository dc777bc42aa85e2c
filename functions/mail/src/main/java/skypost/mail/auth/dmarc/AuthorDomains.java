package skypost.mail.auth.dmarc;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import skypost.mail.auth.DomainNames;
import skypost.mail.auth.RawField;
import skypost.mail.auth.RawMessage;
import skypost.mail.sieve.message.AddressList;
import skypost.mail.sieve.message.MailAddress;

/** The domains of From (RFC 9989 section 5.3.1). */
public final class AuthorDomains {
  private AuthorDomains() {}

  /** All of all From fields, canonical and in order: a message should have one of each. */
  static Set<String> of(RawMessage message) {
    return of(message.named("from"));
  }

  /** All of these From fields, canonical and in order. */
  public static Set<String> of(List<RawField> from) {
    Set<String> domains = new LinkedHashSet<>();
    for (RawField field : from) {
      for (MailAddress address : AddressList.parse(field.unfolded())) {
        domain(address).ifPresent(domains::add);
      }
    }
    return domains;
  }

  private static Optional<String> domain(MailAddress address) {
    return address.isValid() && !address.domain().startsWith("[")
        ? DomainNames.canonical(address.domain())
        : Optional.empty();
  }
}
