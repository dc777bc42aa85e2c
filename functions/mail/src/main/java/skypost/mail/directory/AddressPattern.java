package skypost.mail.directory;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import skypost.protocol.address.Domains;
import skypost.protocol.address.EmailAddress;

/**
 * Addresses meant by one text: {@code ann@far.example}, {@code far.example}, {@code *.far.example}
 * or {@code *}. An asterisk stands for whole labels: at the front for one or more, elsewhere for
 * exactly one; alone, for every domain and address literal. Case never matters: a rule must not be
 * evaded by writing {@code ANN@}.
 *
 * @param local the local part in lower case; empty: any
 * @param domain labels in lower-case A-labels or asterisks, or an address literal
 */
public record AddressPattern(Optional<String> local, String domain) {
  private static final String ANY = "*";

  /** Reads a pattern that is known to be well formed. */
  public static AddressPattern of(String text) {
    return parse(text).orElseThrow(() -> new IllegalArgumentException("not a pattern: " + text));
  }

  /** Reads a pattern; empty when malformed. */
  public static Optional<AddressPattern> parse(String text) {
    int at = text.lastIndexOf('@');
    Optional<String> domain = domain(text.substring(at + 1));
    if (domain.isEmpty() || at < 0 || text.substring(0, at).equals(ANY)) {
      return domain.map(name -> new AddressPattern(Optional.empty(), name));
    }
    return EmailAddress.parse(text.substring(0, at) + "@x")
        .map(address -> new AddressPattern(Optional.of(address.canonical().local()), domain.get()));
  }

  private static Optional<String> domain(String text) {
    if (text.startsWith("[")) {
      return Domains.parse(text);
    }
    if (text.length() > Domains.MAX_DOMAIN) {
      return Optional.empty();
    }
    StringBuilder labels = new StringBuilder();
    for (String label : text.split("\\.", -1)) {
      Optional<String> read = label.equals(ANY) ? Optional.of(ANY) : Domains.parse(label);
      if (read.isEmpty() || read.get().startsWith("[")) {
        return Optional.empty();
      }
      labels.append(labels.isEmpty() ? "" : ".").append(read.get());
    }
    return Optional.of(labels.toString());
  }

  /** Whether it means this address. */
  public boolean matches(EmailAddress address) {
    return (local.isEmpty() || local.get().equals(address.local().toLowerCase(Locale.ROOT)))
        && matchesDomain(address.domain());
  }

  /** Whether it means addresses of this domain, in canonical form. */
  public boolean matchesDomain(String name) {
    if (domain.equals(ANY) || domain.equals(name)) {
      return true;
    }
    if (name.startsWith("[") || domain.indexOf('*') < 0) {
      return false;
    }
    List<String> wanted = Arrays.asList(domain.split("\\."));
    List<String> labels = Arrays.asList(name.split("\\."));
    int more = labels.size() - wanted.size();
    if (more < 0 || (more > 0 && !wanted.getFirst().equals(ANY))) {
      return false;
    }
    for (int i = 0; i < wanted.size(); i++) { // the first asterisk takes what is left over in front
      if (!wanted.get(i).equals(ANY) && !wanted.get(i).equals(labels.get(i + more))) {
        return false;
      }
    }
    return true;
  }

  /** The one domain whose addresses it can mean; empty when there may be several. */
  public Optional<String> onlyDomain() {
    return domain.indexOf('*') < 0 ? Optional.of(domain) : Optional.empty();
  }

  @Override
  public String toString() {
    if (local.isEmpty()) {
      return domain;
    }
    String quoted = new EmailAddress(local.get(), "x").toString();
    return quoted.substring(0, quoted.length() - 1) + domain;
  }
}
