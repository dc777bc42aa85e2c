package skypost.aws;

import java.time.LocalDate;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;
import skypost.mail.directory.AppPassword;
import skypost.mail.directory.LoginHistory;
import skypost.mail.directory.LoginSecrets;
import skypost.mail.directory.ScramKeys;
import skypost.mail.directory.StoredPassword;
import skypost.protocol.sasl.ScramSalt;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/** The item of a user in the credentials table. */
final class LoginItems {
  static final String HASH = "secret";
  static final String SCRAM = "scram";
  static final String SALT = "salt"; // with the iterations: what the client is told
  static final String APPS = "apps"; // by id
  static final String NETWORKS = "networks"; // epoch days
  static final String USED = "used"; // epoch days of app passwords, by id

  private static final String ITERATIONS = "iterations";
  private static final String STORED_KEY = "storedKey";
  private static final String SERVER_KEY = "serverKey";
  private static final String NAME = "name";
  private static final String CREATED = "created";
  private static final String DIGEST = "digest";

  private LoginItems() {}

  /** Empty for an item without a password: that is no user. */
  static Optional<LoginSecrets> read(Map<String, AttributeValue> item) {
    return Items.optionalText(item, HASH)
        .map(hash ->
            new LoginSecrets(
                salt(item),
                new StoredPassword(hash, scram(Items.submap(item, SCRAM))),
                apps(item),
                new LoginHistory(days(item, NETWORKS), days(item, USED))));
  }

  static AttributeValue write(ScramSalt salt) {
    return Items.map(Map.of(SALT, Items.s(salt.salt()), ITERATIONS, Items.n(salt.iterations())));
  }

  /** Empty keys are an empty map, so that a new password never keeps those of the old one. */
  static AttributeValue write(Optional<ScramKeys> scram) {
    Map<String, AttributeValue> fields = new HashMap<>();
    scram.ifPresent(keys -> {
      fields.put(STORED_KEY, Items.s(keys.storedKey()));
      fields.put(SERVER_KEY, Items.s(keys.serverKey()));
    });
    return Items.map(fields);
  }

  static AttributeValue write(AppPassword app) {
    return Items.map(
        Map.of(
            NAME, Items.s(app.name()),
            CREATED, Items.n(app.created().toEpochDay()),
            DIGEST, Items.s(app.digest()),
            SCRAM, write(app.scram())));
  }

  static AttributeValue write(Map<String, LocalDate> days) {
    return Items.map(
        days.entrySet().stream()
            .collect(
                Collectors.toMap(
                    Map.Entry::getKey, entry -> Items.n(entry.getValue().toEpochDay()))));
  }

  private static Optional<ScramSalt> salt(Map<String, AttributeValue> item) {
    Map<String, AttributeValue> fields = Items.submap(item, SALT);
    return Items.optionalText(fields, SALT)
        .map(salt -> new ScramSalt(salt, (int) Items.number(fields, ITERATIONS)));
  }

  private static Optional<ScramKeys> scram(Map<String, AttributeValue> fields) {
    return Items.optionalText(fields, STORED_KEY)
        .map(storedKey -> new ScramKeys(storedKey, Items.text(fields, SERVER_KEY)));
  }

  private static List<AppPassword> apps(Map<String, AttributeValue> item) {
    return Items.submap(item, APPS).entrySet().stream()
        .map(entry -> app(entry.getKey(), entry.getValue().m()))
        .toList();
  }

  /** Whether an item has this very app password; its digest is of a text drawn by chance. */
  static boolean hasApp(Map<String, AttributeValue> item, AppPassword password) {
    return apps(item).stream()
        .anyMatch(app -> app.id().equals(password.id()) && app.digest().equals(password.digest()));
  }

  private static AppPassword app(String id, Map<String, AttributeValue> fields) {
    return new AppPassword(
        id,
        Items.text(fields, NAME),
        LocalDate.ofEpochDay(Items.number(fields, CREATED)),
        Items.text(fields, DIGEST),
        scram(Items.submap(fields, SCRAM)));
  }

  private static Map<String, LocalDate> days(Map<String, AttributeValue> item, String name) {
    Function<AttributeValue, LocalDate> day =
        value -> LocalDate.ofEpochDay(Long.parseLong(value.n()));
    return Items.submap(item, name).entrySet().stream()
        .collect(Collectors.toMap(Map.Entry::getKey, entry -> day.apply(entry.getValue())));
  }
}
