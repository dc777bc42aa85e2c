package skypost.mail.admin;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.Account;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Page;

/** Lists the users, or the aliases, of one domain or of all. */
final class ListAccounts {
  /**
   * Pages read for one answer: where nearly all accounts are of the other kind, the answer is short
   * but comes.
   */
  private static final int MAX_READS = 50;

  private static final char MARK = '>'; // in no domain name

  private final Directory directory;

  ListAccounts(Directory directory) {
    this.directory = directory;
  }

  /** The accounts of one domain. */
  <A extends Account> Page<A> ofDomain(
      Class<A> kind, String domain, int limit, Optional<String> next) throws IOException {
    List<A> found = new ArrayList<>();
    Optional<String> at = next;
    for (int reads = 0; reads < MAX_READS; reads++) {
      Page<Account> page = directory.accounts(domain, limit - found.size(), at);
      page.items().stream().filter(kind::isInstance).map(kind::cast).forEach(found::add);
      at = page.next();
      if (at.isEmpty() || found.size() == limit) {
        return new Page<>(found, at);
      }
    }
    return new Page<>(found, at);
  }

  /**
   * The accounts of all domains, domain by domain. A place in the list is a domain and a place
   * among its accounts.
   */
  <A extends Account> Page<A> ofAllDomains(Class<A> kind, int limit, Optional<String> next)
      throws IOException {
    List<A> found = new ArrayList<>();
    Optional<String> domain = next.map(ListAccounts::domainOf).or(() -> Optional.of(""));
    Optional<String> at = next.flatMap(ListAccounts::placeOf);
    domain = at.isPresent() ? domain : domainFrom(domain.get(), true);
    for (int reads = 0; domain.isPresent() && reads < MAX_READS; reads++) {
      Page<A> page = ofDomain(kind, domain.get(), limit - found.size(), at);
      found.addAll(page.items());
      at = page.next();
      if (at.isEmpty()) {
        domain = domainFrom(domain.get(), false);
      }
      if (found.size() == limit) {
        break;
      }
    }
    String place = at.orElse("");
    return new Page<>(found, domain.map(name -> name + MARK + place));
  }

  /** The first domain after a name, or with that name. */
  private Optional<String> domainFrom(String name, boolean included) throws IOException {
    Optional<String> at = Optional.empty();
    do {
      Page<Domain> page = directory.domains(100, at);
      for (Domain domain : page.items()) {
        int order = domain.name().compareTo(name);
        if (order > 0 || included && order == 0) {
          return Optional.of(domain.name());
        }
      }
      at = page.next();
    } while (at.isPresent());
    return Optional.empty();
  }

  private static String domainOf(String token) {
    int mark = token.indexOf(MARK);
    if (mark < 0) {
      throw new IllegalArgumentException("not a place in this list: " + token);
    }
    return token.substring(0, mark);
  }

  private static Optional<String> placeOf(String token) {
    return Optional.of(token.substring(token.indexOf(MARK) + 1)).filter(place -> !place.isEmpty());
  }
}
