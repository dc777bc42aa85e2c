package skypost.mail.directory;

import java.io.IOException;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/**
 * Where mail for {@code <Postmaster>} without a domain goes, which every server must take (RFC 5321
 * section 4.5.1). The front writes it as postmaster at its own host name; where that is no domain
 * of ours, it is the postmaster of the nearest local domain above it, or else of the first local
 * domain there is.
 */
public final class Postmaster {
  private static final String POSTMASTER = "postmaster";
  private static final int PAGE = 100;

  private final Directory directory;
  private final String hostname;

  /**
   * @param hostname what our fronts call themselves
   */
  public Postmaster(Directory directory, String hostname) {
    this.directory = directory;
    this.hostname = hostname;
  }

  /** The postmaster of a domain. */
  static EmailAddress of(String domain) {
    return new EmailAddress(POSTMASTER, domain);
  }

  /** Whether it is a postmaster's local part, which is not case-sensitive. */
  static boolean is(EmailAddress address) {
    return address.local().equalsIgnoreCase(POSTMASTER);
  }

  /** The postmaster of a local domain where the address is our host's; any other as it is. */
  public EmailAddress home(EmailAddress address) throws IOException {
    if (!is(address)
        || !address.domain().equals(hostname)
        || directory.domain(hostname).isPresent()) {
      return address;
    }
    Optional<String> home = above(hostname);
    if (home.isEmpty()) {
      home = anyLocal();
    }
    return home.map(Postmaster::of).orElse(address);
  }

  private Optional<String> above(String name) throws IOException {
    for (int dot = name.indexOf('.'); dot >= 0; dot = name.indexOf('.', dot + 1)) {
      Optional<Domain> parent = directory.domain(name.substring(dot + 1));
      if (parent.isPresent() && parent.get().kind() == Domain.Kind.LOCAL) {
        return Optional.of(parent.get().name());
      }
    }
    return Optional.empty();
  }

  private Optional<String> anyLocal() throws IOException {
    Page<Domain> page = directory.domains(PAGE, Optional.empty());
    while (true) {
      Optional<String> local =
          page.items().stream()
              .filter(domain -> domain.kind() == Domain.Kind.LOCAL)
              .map(Domain::name)
              .findFirst();
      if (local.isPresent() || page.next().isEmpty()) {
        return local;
      }
      page = directory.domains(PAGE, page.next());
    }
  }
}
