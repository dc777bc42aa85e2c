package skypost.aws;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import skypost.mail.directory.Account;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.Network;
import skypost.mail.directory.Page;
import skypost.mail.directory.RelaySettings;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;

/**
 * The directory in one table. Domains: {@code pk = @domains}, {@code sk} the name. Accounts: {@code
 * pk} the domain, {@code sk} the local part. Relay settings: {@code pk = @relay}. No domain begins
 * with an at sign.
 */
public final class DynamoDirectory implements Directory {
  private static final String DOMAINS = "@domains";
  private static final Map<String, AttributeValue> RELAY = Items.key("@relay", "settings");
  private static final String KIND = "kind";
  private static final String USER = "user";
  private static final String ALIAS = "alias";

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the directory table
   */
  public DynamoDirectory(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public Optional<Domain> domain(String name) throws IOException {
    return get(Items.key(DOMAINS, name)).map(DynamoDirectory::readDomain);
  }

  @Override
  public Page<Domain> domains(int limit, Optional<String> next) throws IOException {
    return page(DOMAINS, limit, next, DynamoDirectory::readDomain);
  }

  @Override
  public void putDomain(Domain domain) throws IOException {
    Map<String, AttributeValue> item = Items.item(DOMAINS, domain.name());
    item.put(KIND, Items.s(domain.kind().name().toLowerCase(Locale.ROOT)));
    domain.primary().ifPresent(primary -> item.put("primary", Items.s(primary.toString())));
    item.put("dmarcReject", Items.s(domain.dmarcReject().name().toLowerCase(Locale.ROOT)));
    Calls.call(() -> dynamo.putItem(put -> put.tableName(table).item(item)));
  }

  private static Domain readDomain(Map<String, AttributeValue> item) {
    return new Domain(
        Items.text(item, Items.SK),
        Domain.Kind.valueOf(Items.text(item, KIND).toUpperCase(Locale.ROOT)),
        Items.optionalText(item, "primary").flatMap(primary -> HostPort.parse(primary, 25)),
        Domain.DmarcReject.valueOf(Items.text(item, "dmarcReject").toUpperCase(Locale.ROOT)));
  }

  @Override
  public boolean deleteDomain(String name) throws IOException {
    return delete(Items.key(DOMAINS, name));
  }

  @Override
  public Optional<Account> account(EmailAddress address) throws IOException {
    return get(key(address)).map(DynamoDirectory::readAccount);
  }

  @Override
  public Page<Account> accounts(String domain, int limit, Optional<String> next)
      throws IOException {
    return page(domain, limit, next, DynamoDirectory::readAccount);
  }

  @Override
  public boolean putAccount(Account account) throws IOException {
    Map<String, AttributeValue> item = new HashMap<>(key(account.address()));
    switch (account) {
      case Account.User(EmailAddress _, long quotaBytes, boolean deleteAfterRetrieval) -> {
        item.put(KIND, Items.s(USER));
        item.put("quotaBytes", Items.n(quotaBytes));
        item.put("deleteAfterRetrieval", Items.bool(deleteAfterRetrieval));
      }
      case Account.Alias(EmailAddress _, List<EmailAddress> targets) -> {
        item.put(KIND, Items.s(ALIAS));
        item.put("targets", Items.strings(targets.stream().map(EmailAddress::toString).toList()));
      }
    }
    try {
      Calls.call(() ->
          dynamo.putItem(put ->
              put.tableName(table)
                  .item(item)
                  .conditionExpression("attribute_not_exists(pk) OR kind = :kind")
                  .expressionAttributeValues(Map.of(":kind", item.get(KIND)))));
      return true;
    } catch (ConditionalCheckFailedException otherKind) {
      return false;
    }
  }

  private static Account readAccount(Map<String, AttributeValue> item) {
    EmailAddress address = new EmailAddress(Items.text(item, Items.SK), Items.text(item, Items.PK));
    return switch (Items.text(item, KIND)) {
      case USER ->
          new Account.User(
              address, Items.number(item, "quotaBytes"), Items.flag(item, "deleteAfterRetrieval"));
      case ALIAS ->
          new Account.Alias(
              address,
              Items.texts(item, "targets").stream()
                  .map(target -> EmailAddress.parse(target).orElseThrow())
                  .toList());
      default -> throw new IllegalStateException("an account of unknown kind: " + item);
    };
  }

  @Override
  public boolean deleteAccount(EmailAddress address) throws IOException {
    return delete(key(address));
  }

  @Override
  public Optional<RelaySettings> relay() throws IOException {
    return get(RELAY)
        .map(item ->
            new RelaySettings(
                Items.texts(item, "trustedNetworks").stream().map(Network::of).toList(),
                Items.optionalText(item, "smartHost").flatMap(host -> HostPort.parse(host, 25))));
  }

  @Override
  public void putRelay(RelaySettings settings) throws IOException {
    Map<String, AttributeValue> item = new HashMap<>(RELAY);
    item.put(
        "trustedNetworks",
        Items.strings(settings.trustedNetworks().stream().map(Network::toString).toList()));
    settings.smartHost().ifPresent(host -> item.put("smartHost", Items.s(host.toString())));
    Calls.call(() -> dynamo.putItem(put -> put.tableName(table).item(item)));
  }

  private static Map<String, AttributeValue> key(EmailAddress address) {
    return Items.key(address.domain(), address.local());
  }

  private Optional<Map<String, AttributeValue>> get(Map<String, AttributeValue> key)
      throws IOException {
    Map<String, AttributeValue> item =
        Calls.call(() -> dynamo.getItem(get -> get.tableName(table).key(key)).item());
    return item.isEmpty() ? Optional.empty() : Optional.of(item);
  }

  private boolean delete(Map<String, AttributeValue> key) throws IOException {
    return Calls.call(() ->
            dynamo.deleteItem(
                delete -> delete.tableName(table).key(key).returnValues(ReturnValue.ALL_OLD)))
        .hasAttributes();
  }

  private <T> Page<T> page(
      String partition,
      int limit,
      Optional<String> next,
      Function<Map<String, AttributeValue>, T> reader)
      throws IOException {
    QueryRequest.Builder query =
        QueryRequest.builder()
            .tableName(table)
            .keyConditionExpression("pk = :pk")
            .expressionAttributeValues(Map.of(":pk", Items.s(partition)))
            .limit(limit);
    next.ifPresent(sortKey -> query.exclusiveStartKey(Items.key(partition, sortKey)));
    QueryResponse response = Calls.call(() -> dynamo.query(query.build()));
    Optional<String> more =
        response.hasLastEvaluatedKey() && !response.lastEvaluatedKey().isEmpty()
            ? Optional.of(Items.text(response.lastEvaluatedKey(), Items.SK))
            : Optional.empty();
    return new Page<>(response.items().stream().map(reader).toList(), more);
  }
}
