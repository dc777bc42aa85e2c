package skypost.mail.memory;

import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.AppPassword;
import skypost.mail.directory.Credentials;
import skypost.mail.directory.LoginHistory;
import skypost.mail.directory.LoginSecrets;
import skypost.mail.directory.StoredPassword;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;

/** {@link Credentials} in memory. Thread safe. */
public final class InMemoryCredentials implements Credentials {
  private final Map<EmailAddress, LoginSecrets> users = new HashMap<>();
  private final byte[] key = new byte[32];

  public InMemoryCredentials() {
    new SecureRandom().nextBytes(key);
  }

  @Override
  public synchronized Optional<LoginSecrets> find(EmailAddress user) {
    return Optional.ofNullable(users.get(user));
  }

  @Override
  public synchronized void put(EmailAddress user, ScramSalt salt, StoredPassword password) {
    LoginSecrets present = users.get(user);
    users.put(
        user,
        new LoginSecrets(
            Optional.of(salt),
            password,
            present == null ? List.of() : present.appPasswords(),
            present == null ? LoginHistory.NONE : present.history()));
  }

  @Override
  public synchronized boolean add(EmailAddress user, ScramSalt salt, AppPassword password) {
    LoginSecrets present = users.get(user);
    if (present == null
        || present.appPasswords().size() >= AppPassword.MOST
        || present.appPassword(password.id()).isPresent()
        || !present.salt().orElse(salt).equals(salt)) {
      return false;
    }
    List<AppPassword> more = new ArrayList<>(present.appPasswords());
    more.add(password);
    users.put(
        user, new LoginSecrets(Optional.of(salt), present.password(), more, present.history()));
    return true;
  }

  @Override
  public synchronized boolean remove(EmailAddress user, String appPassword) {
    LoginSecrets present = users.get(user);
    if (present == null || present.appPassword(appPassword).isEmpty()) {
      return false;
    }
    List<AppPassword> fewer =
        present.appPasswords().stream().filter(app -> !app.id().equals(appPassword)).toList();
    users.put(user, new LoginSecrets(present.salt(), present.password(), fewer, present.history()));
    return true;
  }

  @Override
  public synchronized void note(EmailAddress user, LoginHistory history) {
    users.computeIfPresent(
        user,
        (address, present) ->
            new LoginSecrets(present.salt(), present.password(), present.appPasswords(), history));
  }

  @Override
  public synchronized void delete(EmailAddress user) {
    users.remove(user);
  }

  @Override
  public byte[] secretKey() {
    return key.clone();
  }
}
