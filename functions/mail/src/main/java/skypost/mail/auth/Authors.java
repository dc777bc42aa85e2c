package skypost.mail.auth;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import skypost.mail.sieve.message.AddressList;
import skypost.mail.sieve.message.MailAddress;

/** The addresses of From (RFC 5322 section 3.6.2). */
public final class Authors {
  private Authors() {}

  /**
   * Those of all From fields that have a domain of the DNS, in order, with it in canonical form.
   */
  public static List<MailAddress> of(RawMessage message) {
    return of(message.named("from"));
  }

  /** The domains of these From fields, each once, in order. */
  public static Set<String> domains(List<RawField> from) {
    return of(from).stream()
        .map(MailAddress::domain)
        .collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private static List<MailAddress> of(List<RawField> from) {
    List<MailAddress> authors = new ArrayList<>();
    for (RawField field : from) {
      for (MailAddress address : AddressList.parse(field.unfolded())) {
        canonical(address).ifPresent(authors::add);
      }
    }
    return authors;
  }

  private static Optional<MailAddress> canonical(MailAddress address) {
    return address.isValid() && !address.domain().startsWith("[")
        ? DomainNames.canonical(address.domain())
            .map(domain -> new MailAddress(address.local(), domain))
        : Optional.empty();
  }
}
