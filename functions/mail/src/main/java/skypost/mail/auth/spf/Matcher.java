package skypost.mail.auth.spf;

import java.net.InetAddress;
import java.util.List;
import skypost.mail.auth.DomainNames;
import skypost.mail.auth.spf.SpfRecord.Prefixes;
import skypost.mail.dns.Lookups;
import skypost.mail.dns.Lookups.Found;

/** Whether a mechanism matches a client (RFC 7208 section 5). */
final class Matcher {
  private final InetAddress client;
  private final ClientNames names;
  private final Lookups dns;
  private final SpfLimits limits;

  Matcher(InetAddress client, ClientNames names, Lookups dns, SpfLimits limits) {
    this.client = client;
    this.names = names;
    this.dns = dns;
    this.limits = limits;
  }

  /** Section 5.3. */
  boolean a(String name, Prefixes prefixes) throws SpfFault {
    limits.term();
    return matches(counted(addresses(name)), prefixes);
  }

  /** Section 5.4: without MX records nothing matches, not even the domain's own address. */
  boolean mx(String name, Prefixes prefixes) throws SpfFault {
    limits.term();
    List<String> exchangers = counted(answered(name, dns.exchangers(name)));
    if (exchangers.size() > SpfLimits.MAX_EXCHANGERS) { // section 4.6.4
      throw SpfFault.permanent(name + " has more than " + SpfLimits.MAX_EXCHANGERS + " exchangers");
    }
    for (String exchanger : exchangers) {
      if (!exchanger.isEmpty() && matches(addresses(exchanger), prefixes)) {
        return true;
      }
    }
    return false;
  }

  /** Section 5.5: a fault of the DNS is no match. */
  boolean ptr(String name) throws SpfFault {
    limits.term();
    if (names.isVoid()) {
      limits.voidLookup();
    }
    String target = DomainNames.canonical(name).orElse("");
    return names.validated().stream().anyMatch(each -> DomainNames.isWithin(each, target));
  }

  /** Section 5.6. */
  boolean ip(byte[] network, int prefix) {
    byte[] octets = client.getAddress();
    if (octets.length != network.length) {
      return false;
    }
    for (int bit = 0; bit < prefix; bit++) {
      int mask = 0x80 >> bit % 8;
      if ((octets[bit / 8] & mask) != (network[bit / 8] & mask)) {
        return false;
      }
    }
    return true;
  }

  /** Section 5.7: always an A record, whatever the client's family. */
  boolean exists(String name) throws SpfFault {
    limits.term();
    return !counted(answered(name, dns.addresses(name, false))).isEmpty();
  }

  private boolean matches(List<InetAddress> addresses, Prefixes prefixes) {
    return addresses.stream()
        .map(InetAddress::getAddress)
        .anyMatch(octets -> ip(octets, octets.length == 4 ? prefixes.ipv4() : prefixes.ipv6()));
  }

  private List<InetAddress> addresses(String name) throws SpfFault {
    return answered(name, dns.addresses(name, client.getAddress().length == 16));
  }

  private <T> List<T> counted(List<T> answers) throws SpfFault {
    if (answers.isEmpty()) {
      limits.voidLookup();
    }
    return answers;
  }

  private static <T> List<T> answered(String name, Found<T> found) throws SpfFault {
    return switch (found) {
      case Found.Records<T>(List<T> records) -> records;
      case Found.NoSuchName<T>() -> List.of();
      case Found.Unknown<T>(String why) -> throw SpfFault.temporary(name + ": " + why);
    };
  }
}
