package skypost.protocol.net;

import java.security.cert.Certificate;
import java.security.cert.CertificateParsingException;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import javax.net.ssl.X509ExtendedKeyManager;

/**
 * A certificate with its key, and the server names that it is for.
 *
 * @param keys gives the one key there is
 * @param names the dNSNames of its subjectAltName in lower case, {@code *.example.com} among them
 */
record ServerKey(X509ExtendedKeyManager keys, Set<String> names) {
  private static final int DNS_NAME = 2; // RFC 5280 section 4.2.1.6

  /** As {@link TlsContexts#server(String, String)}. */
  static ServerKey of(String certificates, String key) {
    Certificate[] chain = TlsContexts.chain(certificates);
    return new ServerKey(TlsContexts.keys(chain, key), names(chain[0]));
  }

  private static Set<String> names(Certificate certificate) {
    try {
      var alternatives = ((X509Certificate) certificate).getSubjectAlternativeNames();
      return alternatives == null
          ? Set.of()
          : alternatives.stream()
              .filter(name -> name.get(0).equals(DNS_NAME))
              .map(name -> name.get(1).toString().toLowerCase(Locale.ROOT))
              .collect(Collectors.toUnmodifiableSet());
    } catch (CertificateParsingException malformed) {
      throw new IllegalArgumentException("the TLS certificate has no readable names", malformed);
    }
  }

  /**
   * Where in the list those are that suit a client best: those that bear the name it asks for, else
   * those that cover it by a wildcard (RFC 6125 section 6.4.3: one label, the leftmost), else the
   * first, which is the default (RFC 6066 section 3 lets a server go on with a name it does not
   * know). Several, where a name has certificates of several kinds of key.
   */
  static List<Integer> suited(List<ServerKey> all, Optional<String> name) {
    if (name.isPresent()) {
      String asked = name.get().toLowerCase(Locale.ROOT);
      String wildcard = "*" + asked.substring(Math.max(asked.indexOf('.'), 0));
      for (String wanted : List.of(asked, wildcard)) {
        List<Integer> found = places(all, key -> key.names().contains(wanted));
        if (!found.isEmpty()) {
          return found;
        }
      }
    }
    return List.of(0);
  }

  private static List<Integer> places(List<ServerKey> all, Predicate<ServerKey> suits) {
    List<Integer> places = new ArrayList<>();
    for (int i = 0; i < all.size(); i++) {
      if (suits.test(all.get(i))) {
        places.add(i);
      }
    }
    return places;
  }
}
