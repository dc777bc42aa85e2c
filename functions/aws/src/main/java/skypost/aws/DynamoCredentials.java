package skypost.aws;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.AppPassword;
import skypost.mail.directory.Credentials;
import skypost.mail.directory.LoginHistory;
import skypost.mail.directory.LoginSecrets;
import skypost.mail.directory.StoredPassword;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * What users log in with, one item for each, in a table of its own, so that a policy can keep
 * everyone else away from it.
 */
public final class DynamoCredentials implements Credentials {
  private static final String KEY_ITEM = "secret-key"; // no address, so no user's
  private static final String KEY = "key";
  private static final int KEY_OCTETS = 32;

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the credentials table
   */
  public DynamoCredentials(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public Optional<LoginSecrets> find(EmailAddress user) throws IOException {
    return LoginItems.read(
        Calls.call(() ->
            dynamo
                .getItem(get -> get.tableName(table).key(key(user.toString())).consistentRead(true))
                .item()));
  }

  @Override
  public void put(EmailAddress user, ScramSalt salt, StoredPassword password) throws IOException {
    Map<String, AttributeValue> values =
        Map.of(
            ":hash", Items.s(password.hash()),
            ":scram", LoginItems.write(password.scram()),
            ":salt", LoginItems.write(salt),
            ":none", Items.map(Map.of()));
    update(
        user,
        "SET #hash = :hash, #scram = :scram, #salt = :salt,"
            + " #apps = if_not_exists(#apps, :none), #used = if_not_exists(#used, :none)",
        Optional.empty(),
        Map.of(
            "#hash", LoginItems.HASH,
            "#scram", LoginItems.SCRAM,
            "#salt", LoginItems.SALT,
            "#apps", LoginItems.APPS,
            "#used", LoginItems.USED),
        values);
  }

  @Override
  public boolean add(EmailAddress user, ScramSalt salt, AppPassword password) throws IOException {
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":app", LoginItems.write(password));
    values.put(":salt", LoginItems.write(salt));
    values.put(":most", Items.n(AppPassword.MOST));
    UpdateItemRequest request =
        UpdateItemRequest.builder()
            .tableName(table)
            .key(key(user.toString()))
            .updateExpression("SET #apps.#id = :app, #salt = :salt")
            .conditionExpression(
                "attribute_exists(#apps) AND size(#apps) < :most AND attribute_not_exists(#apps.#id)"
                    + " AND (attribute_not_exists(#salt) OR #salt = :salt)")
            .expressionAttributeNames(
                Map.of("#apps", LoginItems.APPS, "#id", password.id(), "#salt", LoginItems.SALT))
            .expressionAttributeValues(values)
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD)
            .build();
    try {
      Calls.call(() -> dynamo.updateItem(request));
      return true;
    } catch (ConditionalCheckFailedException otherwise) {
      // It may be there: the answer to this write was lost, and the SDK has sent it again.
      return otherwise.hasItem() && LoginItems.hasApp(otherwise.item(), password);
    }
  }

  @Override
  public boolean remove(EmailAddress user, String appPassword) throws IOException {
    return update(
        user,
        "REMOVE #apps.#id, #used.#id",
        Optional.of("attribute_exists(#apps.#id)"),
        Map.of("#apps", LoginItems.APPS, "#used", LoginItems.USED, "#id", appPassword),
        Map.of());
  }

  @Override
  public void note(EmailAddress user, LoginHistory history) throws IOException {
    update(
        user,
        "SET #networks = :networks, #used = :used",
        Optional.of("attribute_exists(pk)"), // a user who is gone does not come back
        Map.of("#networks", LoginItems.NETWORKS, "#used", LoginItems.USED),
        Map.of(
            ":networks", LoginItems.write(history.networks()),
            ":used", LoginItems.write(history.appPasswords())));
  }

  @Override
  public void delete(EmailAddress user) throws IOException {
    Calls.call(
        () -> dynamo.deleteItem(delete -> delete.tableName(table).key(key(user.toString()))));
  }

  @Override
  public byte[] secretKey() throws IOException {
    Map<String, AttributeValue> item =
        Calls.call(() -> dynamo.getItem(get -> get.tableName(table).key(key(KEY_ITEM))).item());
    return Base64.getDecoder()
        .decode(Items.optionalText(item, KEY).isPresent() ? Items.text(item, KEY) : makeKey());
  }

  /** The first who makes it has made it; all others get that one. */
  private String makeKey() throws IOException {
    byte[] chance = new byte[KEY_OCTETS];
    new SecureRandom().nextBytes(chance);
    String made = Base64.getEncoder().encodeToString(chance);
    var answer =
        Calls.call(() ->
            dynamo.updateItem(update ->
                update
                    .tableName(table)
                    .key(key(KEY_ITEM))
                    .updateExpression("SET #key = if_not_exists(#key, :made)")
                    .expressionAttributeNames(Map.of("#key", KEY))
                    .expressionAttributeValues(Map.of(":made", Items.s(made)))
                    .returnValues(ReturnValue.UPDATED_NEW)));
    return Items.text(answer.attributes(), KEY);
  }

  private boolean update(
      EmailAddress user,
      String expression,
      Optional<String> condition,
      Map<String, String> names,
      Map<String, AttributeValue> values)
      throws IOException {
    UpdateItemRequest request =
        UpdateItemRequest.builder()
            .tableName(table)
            .key(key(user.toString()))
            .updateExpression(expression)
            .conditionExpression(condition.orElse(null))
            .expressionAttributeNames(names)
            .expressionAttributeValues(values.isEmpty() ? null : values)
            .build();
    try {
      Calls.call(() -> dynamo.updateItem(request));
      return true;
    } catch (ConditionalCheckFailedException otherwise) {
      return false;
    }
  }

  private static Map<String, AttributeValue> key(String pk) {
    return Map.of(Items.PK, Items.s(pk));
  }
}
