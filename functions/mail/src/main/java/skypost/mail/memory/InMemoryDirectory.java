package skypost.mail.memory;

import java.util.ArrayList;
import java.util.List;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import skypost.mail.directory.Account;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Page;
import skypost.mail.directory.RelaySettings;
import skypost.protocol.address.EmailAddress;

/** A {@link Directory} in memory. Thread safe. */
public final class InMemoryDirectory implements Directory {
  private final NavigableMap<String, Domain> domains = new TreeMap<>();
  private final NavigableMap<String, NavigableMap<String, Account>> accounts = new TreeMap<>();
  private RelaySettings relay;

  @Override
  public synchronized Optional<Domain> domain(String name) {
    return Optional.ofNullable(domains.get(name));
  }

  @Override
  public synchronized Optional<Domain> domainNow(String name) {
    return domain(name);
  }

  @Override
  public synchronized Page<Domain> domains(int limit, Optional<String> next) {
    return page(domains, limit, next);
  }

  @Override
  public synchronized void putDomain(Domain domain) {
    domains.put(domain.name(), domain);
  }

  @Override
  public synchronized boolean replaceDomain(Domain seen, Domain next) {
    return domains.replace(seen.name(), seen, next) || next.equals(domains.get(next.name()));
  }

  @Override
  public synchronized boolean deleteDomain(String name) {
    return domains.remove(name) != null;
  }

  @Override
  public synchronized Optional<Account> account(EmailAddress address) {
    return Optional.ofNullable(of(address.domain()).get(address.local()));
  }

  @Override
  public synchronized Optional<Account> accountNow(EmailAddress address) {
    return account(address);
  }

  @Override
  public synchronized Page<Account> accounts(String domain, int limit, Optional<String> next) {
    return page(of(domain), limit, next);
  }

  @Override
  public synchronized boolean putAccount(Account account) {
    EmailAddress address = account.address();
    Account present = of(address.domain()).get(address.local());
    if (present != null && present.getClass() != account.getClass()) {
      return false;
    }
    Account kept =
        account instanceof Account.User user ? user.filteredBy(filterOf(present)) : account;
    accounts
        .computeIfAbsent(address.domain(), domain -> new TreeMap<>())
        .put(address.local(), kept);
    return true;
  }

  @Override
  public synchronized boolean replaceUser(Account.User seen, Account.User next) {
    return account(seen.address()).orElse(null) instanceof Account.User present
        && (present.equals(seen.filteredBy(present.filter()))
            || present.equals(next.filteredBy(present.filter())))
        && putAccount(next);
  }

  private static Optional<String> filterOf(Account present) {
    return present instanceof Account.User user ? user.filter() : Optional.empty();
  }

  /** Sets the filter of a user; false when there is no such user. */
  synchronized boolean setFilter(EmailAddress address, Optional<String> version) {
    if (!(of(address.domain()).get(address.local()) instanceof Account.User user)) {
      return false;
    }
    of(address.domain()).put(address.local(), user.filteredBy(version));
    return true;
  }

  @Override
  public synchronized boolean deleteAccount(EmailAddress address) {
    return of(address.domain()).remove(address.local()) != null;
  }

  @Override
  public synchronized Optional<RelaySettings> relay() {
    return Optional.ofNullable(relay);
  }

  @Override
  public synchronized void putRelay(RelaySettings settings) {
    relay = settings;
  }

  @Override
  public synchronized boolean replaceRelay(Optional<RelaySettings> seen, RelaySettings next) {
    if (!relay().equals(seen)) {
      return false;
    }
    relay = next;
    return true;
  }

  private NavigableMap<String, Account> of(String domain) {
    return accounts.getOrDefault(domain, new TreeMap<>());
  }

  private static <T> Page<T> page(
      NavigableMap<String, T> sorted, int limit, Optional<String> next) {
    NavigableMap<String, T> rest = next.map(key -> sorted.tailMap(key, false)).orElse(sorted);
    List<T> items = new ArrayList<>();
    String last = null;
    for (var entry : rest.entrySet()) {
      if (items.size() == limit) {
        return new Page<>(items, Optional.ofNullable(last));
      }
      items.add(entry.getValue());
      last = entry.getKey();
    }
    return new Page<>(items, Optional.empty());
  }
}
