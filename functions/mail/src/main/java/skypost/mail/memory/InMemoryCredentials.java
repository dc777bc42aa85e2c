package skypost.mail.memory;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import skypost.mail.directory.Credentials;
import skypost.protocol.address.EmailAddress;

/** {@link Credentials} in memory. Thread safe. */
public final class InMemoryCredentials implements Credentials {
  private final Map<EmailAddress, String> hashes = new ConcurrentHashMap<>();

  @Override
  public Optional<String> hash(EmailAddress user) {
    return Optional.ofNullable(hashes.get(user));
  }

  @Override
  public void put(EmailAddress user, String hash) {
    hashes.put(user, hash);
  }

  @Override
  public void delete(EmailAddress user) {
    hashes.remove(user);
  }
}
