package skypost.mail.auth.spf;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.auth.DomainNames;
import skypost.mail.dns.Lookups;
import skypost.mail.dns.Lookups.Found;

/** The validated names of a client (RFC 7208 section 5.5); asked for once, when needed. */
final class ClientNames {
  private final InetAddress client;
  private final Lookups dns;
  private List<String> validated; // null until asked for
  private boolean isVoid;

  ClientNames(InetAddress client, Lookups dns) {
    this.client = client;
    this.dns = dns;
  }

  /** Names that lead back to the client; a fault of the DNS gives none. */
  List<String> validated() {
    if (validated == null) {
      Found<String> answer = dns.names(client);
      List<String> names =
          answer instanceof Found.Records<String>(List<String> found) ? found : List.of();
      isVoid = names.isEmpty() && !(answer instanceof Found.Unknown<String>);
      validated = new ArrayList<>();
      for (String name : names.subList(0, Math.min(names.size(), SpfLimits.MAX_NAMES))) {
        DomainNames.canonical(name).filter(this::leadsBack).ifPresent(validated::add);
      }
    }
    return validated;
  }

  /** Whether the address has no names at all. */
  boolean isVoid() {
    validated();
    return isVoid;
  }

  private boolean leadsBack(String name) {
    return dns.addresses(name, client.getAddress().length == 16)
            instanceof Found.Records<InetAddress>(List<InetAddress> addresses)
        && addresses.contains(client);
  }

  /** For the macro p (section 7.3): the domain itself, else one below it, else any. */
  String bestFor(String domain) {
    List<String> names = validated();
    Optional<String> same = names.stream().filter(domain::equals).findFirst();
    return same.or(
            () -> names.stream().filter(name -> DomainNames.isWithin(name, domain)).findFirst())
        .or(() -> names.stream().findFirst())
        .orElse("unknown");
  }
}
