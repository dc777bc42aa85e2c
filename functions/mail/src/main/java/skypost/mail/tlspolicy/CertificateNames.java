package skypost.mail.tlspolicy;

import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import javax.naming.InvalidNameException;
import javax.naming.ldap.LdapName;

/** Whom a certificate names (RFC 9525 section 6.3, RFC 7672 section 3.2.3). */
final class CertificateNames {
  private static final Integer DNS_NAME = 2; // RFC 5280 section 4.2.1.6: GeneralName [2]

  private CertificateNames() {}

  /** Whether it is for one of these hosts, which are in lower case. */
  static boolean match(X509Certificate certificate, List<String> hosts) {
    List<String> names = names(certificate);
    return hosts.stream().anyMatch(host -> names.stream().anyMatch(name -> matches(name, host)));
  }

  private static List<String> names(X509Certificate certificate) {
    List<String> names = new ArrayList<>();
    try {
      Collection<List<?>> alternatives = certificate.getSubjectAlternativeNames();
      if (alternatives != null) {
        for (List<?> alternative : alternatives) {
          if (DNS_NAME.equals(alternative.getFirst())) {
            names.add(alternative.get(1).toString().toLowerCase(Locale.ROOT));
          }
        }
      }
      if (names.isEmpty()) { // RFC 7672 section 3.2.3: only then the common name
        new LdapName(certificate.getSubjectX500Principal().getName())
            .getRdns().stream()
                .filter(rdn -> rdn.getType().equalsIgnoreCase("CN"))
                .forEach(rdn -> names.add(rdn.getValue().toString().toLowerCase(Locale.ROOT)));
      }
    } catch (CertificateParsingException | InvalidNameException malformed) {
      return List.of();
    }
    return names;
  }

  private static boolean matches(String name, String host) {
    if (!name.startsWith("*.")) {
      return name.equals(host);
    }
    int dot = host.indexOf('.'); // RFC 9525 section 6.3: the wildcard is the whole leftmost label
    return dot > 0 && host.substring(dot).equals(name.substring(1));
  }
}
