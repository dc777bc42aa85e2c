package skypost.mail.admin;

import java.io.IOException;
import java.util.Optional;
import skypost.mail.directory.Account;
import skypost.mail.directory.Account.Alias;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Page;
import skypost.protocol.address.EmailAddress;

/** Makes, changes and removes aliases. Longer loops among them are found at delivery. */
public final class ManageAliases {
  private final Directory directory;

  public ManageAliases(Directory directory) {
    this.directory = directory;
  }

  /** Makes or replaces an alias. */
  public Outcome<Alias> put(Alias alias) throws IOException {
    EmailAddress address = alias.address();
    if (alias.targets().stream().allMatch(target -> target.canonical().equals(address))) {
      return new Outcome.Invalid<>("targets", "an alias to itself alone leads nowhere");
    }
    Optional<Domain> domain = directory.domain(address.domain());
    if (domain.isEmpty()) {
      return new Outcome.Missing<>("domain " + address.domain());
    }
    if (domain.get().kind() != Domain.Kind.LOCAL) {
      return new Outcome.Conflict<>(
          address.domain() + " is a relay domain: it has no aliases here");
    }
    boolean present = find(address) instanceof Outcome.Done<Alias>;
    if (!directory.putAccount(alias)) {
      return new Outcome.Conflict<>(address + " is a user");
    }
    return present ? new Outcome.Done<>(alias) : new Outcome.Created<>(alias);
  }

  public Outcome<Alias> find(EmailAddress address) throws IOException {
    Optional<Account> account = directory.account(address);
    return account.isPresent() && account.get() instanceof Alias alias
        ? new Outcome.Done<>(alias)
        : new Outcome.Missing<>("alias " + address);
  }

  /** The aliases of a domain, or of all. */
  public Page<Alias> list(Optional<String> domain, int limit, Optional<String> next)
      throws IOException {
    ListAccounts accounts = new ListAccounts(directory);
    return domain.isPresent()
        ? accounts.ofDomain(Alias.class, domain.get(), limit, next)
        : accounts.ofAllDomains(Alias.class, limit, next);
  }

  public Outcome<Alias> delete(EmailAddress address) throws IOException {
    Outcome<Alias> found = find(address);
    if (found instanceof Outcome.Done<Alias>) {
      directory.deleteAccount(address);
    }
    return found;
  }
}
