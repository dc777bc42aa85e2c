package skypost.mail.memory;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.authorize.LoginAttempts;

/** {@link LoginAttempts} in memory. Thread safe. */
public final class InMemoryLoginAttempts implements LoginAttempts {
  private final Map<String, Debt> debts = new HashMap<>();

  @Override
  public synchronized List<Debt> owed(List<String> keys) {
    return keys.stream().map(key -> debts.getOrDefault(key, Debt.NONE)).toList();
  }

  @Override
  public synchronized void charge(String key, Duration cost, List<String> wrong, Instant now) {
    Instant owed = debts.getOrDefault(key, Debt.NONE).until();
    if (owed.isBefore(now.plus(MOST))) {
      debts.put(key, new Debt((owed.isAfter(now) ? owed : now).plus(cost), wrong));
    }
  }
}
