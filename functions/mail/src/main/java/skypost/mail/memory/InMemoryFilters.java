package skypost.mail.memory;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.filter.Filter;
import skypost.mail.filter.Filters;
import skypost.protocol.address.EmailAddress;

/** {@link Filters} in memory. Thread safe. */
public final class InMemoryFilters implements Filters {
  private final InMemoryDirectory directory;
  private final Map<EmailAddress, Filter> filters = new ConcurrentHashMap<>();

  /**
   * @param directory whose users they are
   */
  public InMemoryFilters(InMemoryDirectory directory) {
    this.directory = directory;
  }

  @Override
  public Optional<Filter> find(EmailAddress user) {
    return Optional.ofNullable(filters.get(user));
  }

  @Override
  public boolean put(EmailAddress user, Filter filter) {
    if (!directory.setFilter(user, Optional.of(filter.version()))) {
      return false;
    }
    filters.put(user, filter);
    return true;
  }

  @Override
  public boolean delete(EmailAddress user) {
    directory.setFilter(user, Optional.empty());
    return filters.remove(user) != null;
  }
}
