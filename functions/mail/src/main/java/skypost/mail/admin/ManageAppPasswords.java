package skypost.mail.admin;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.AppPassword;
import skypost.mail.directory.Credentials;
import skypost.mail.directory.LoginSecrets;
import skypost.mail.directory.ScramKeys;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;

/** Passwords for one program each, which work beside the user's own. */
public final class ManageAppPasswords {
  private static final int TRIES = 3; // against an id drawn twice, and a password set meanwhile

  private final Credentials credentials;
  private final SecureRandom random;
  private final Clock clock;

  public ManageAppPasswords(Credentials credentials, SecureRandom random, Clock clock) {
    this.credentials = credentials;
    this.random = random;
    this.clock = clock;
  }

  /**
   * One of them as the list shows it.
   *
   * @param lastUsed day in UTC; empty when it never was
   */
  public record Entry(String id, String name, LocalDate created, Optional<LocalDate> lastUsed) {}

  /** Makes one; its text is in the answer and nowhere else. */
  public Outcome<AppPassword.Generated> create(EmailAddress user, String name) throws IOException {
    LocalDate today = LocalDate.ofInstant(clock.instant(), ZoneOffset.UTC);
    for (int tries = 0; tries < TRIES; tries++) {
      Optional<LoginSecrets> secrets = credentials.find(user);
      if (secrets.isEmpty()) {
        return missing(user);
      }
      if (secrets.get().appPasswords().size() >= AppPassword.MOST) {
        return new Outcome.Conflict<>(
            user + " has " + AppPassword.MOST + " app passwords: remove one first");
      }
      ScramSalt salt = secrets.get().salt().orElseGet(() -> ScramKeys.salt(random));
      AppPassword.Generated generated = AppPassword.generate(name, today, salt, random);
      if (credentials.add(user, salt, generated.password())) {
        return new Outcome.Created<>(generated);
      }
    }
    throw new IOException("cannot add an app password for " + user + " now");
  }

  /** All of a user's, oldest first. */
  public Outcome<List<Entry>> list(EmailAddress user) throws IOException {
    Optional<LoginSecrets> secrets = credentials.find(user);
    if (secrets.isEmpty()) {
      return missing(user);
    }
    return new Outcome.Done<>(
        secrets.get().appPasswords().stream()
            .map(app -> entry(app, secrets.get()))
            .sorted(Comparator.comparing(Entry::created).thenComparing(Entry::id))
            .toList());
  }

  /** Takes one back: it opens nothing any more. */
  public Outcome<String> delete(EmailAddress user, String id) throws IOException {
    return credentials.remove(user, id)
        ? new Outcome.Done<>(id)
        : new Outcome.Missing<>("app password " + id + " of " + user);
  }

  private static Entry entry(AppPassword app, LoginSecrets secrets) {
    return new Entry(
        app.id(),
        app.name(),
        app.created(),
        Optional.ofNullable(secrets.history().appPasswords().get(app.id())));
  }

  private static <T> Outcome<T> missing(EmailAddress user) {
    return new Outcome.Missing<>("user " + user);
  }
}
