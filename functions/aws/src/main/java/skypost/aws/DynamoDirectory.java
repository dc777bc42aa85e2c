package skypost.aws;

import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Account;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.FolderTimes;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.MailboxRules;
import skypost.mail.directory.Page;
import skypost.mail.directory.RelayJson;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SenderExemption;
import skypost.mail.directory.SenderPolicy;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.PutItemRequest;
import software.amazon.awssdk.services.dynamodb.model.ReturnValuesOnConditionCheckFailure;

/** The directory in one table, as {@link DirectoryTable} lays it out. */
public final class DynamoDirectory implements Directory {
  private static final String DOMAINS = "@domains";
  private static final Map<String, AttributeValue> RELAY = Items.key("@relay", "settings");
  private static final String KIND = "kind";
  private static final String QUOTA = "quotaBytes";
  private static final String TIMES = "keepDays"; // of each folder
  private static final String RECIPIENT_CHECK = "recipientCheck";
  private static final String SPOOFED = "spoofed";
  private static final String EXEMPTIONS = "exemptions";
  private static final String PRIMARY = "primary";
  private static final String DMARC = "dmarcReject";
  private static final List<String> DOMAIN =
      List.of(KIND, PRIMARY, DMARC, SPOOFED, EXEMPTIONS, RECIPIENT_CHECK, QUOTA, TIMES);
  private static final String DELETE = "deleteAfterRetrieval";
  private static final List<String> USERS = List.of(KIND, QUOTA, DELETE, TIMES);
  static final String USER = "user";
  static final String FILTER = "filter";
  private static final String ALIAS = "alias";

  private static final String RELAY_SETTINGS = "settings";
  private static final String RELAY_VERSION = "version";

  private final DynamoDbClient dynamo;
  private final String name;
  private final DirectoryTable table;

  /**
   * @param name of the directory table
   */
  public DynamoDirectory(DynamoDbClient dynamo, String name) {
    this.dynamo = dynamo;
    this.name = name;
    this.table = new DirectoryTable(dynamo, name);
  }

  @Override
  public Optional<Domain> domain(String name) throws IOException {
    return table.find(Items.key(DOMAINS, name)).map(DynamoDirectory::readDomain);
  }

  @Override
  public Optional<Domain> domainNow(String name) throws IOException {
    return table.getNow(Items.key(DOMAINS, name)).map(DynamoDirectory::readDomain);
  }

  @Override
  public Page<Domain> domains(int limit, Optional<String> next) throws IOException {
    return table.page(DOMAINS, limit, next, DynamoDirectory::readDomain);
  }

  @Override
  public void putDomain(Domain domain) throws IOException {
    table.put(domainItem(domain));
  }

  @Override
  public boolean replaceDomain(Domain seen, Domain next) throws IOException {
    var present = table.getNow(Items.key(DOMAINS, seen.name()));
    if (present.isEmpty() || !readDomain(present.get()).equals(seen)) {
      return present.map(DynamoDirectory::readDomain).filter(next::equals).isPresent();
    }
    AsSeen asSeen = AsSeen.of(present.get(), DOMAIN);
    try {
      Calls.call(() ->
          dynamo.putItem(put ->
              put.tableName(name)
                  .item(domainItem(next))
                  .conditionExpression(asSeen.condition())
                  .expressionAttributeNames(asSeen.names())
                  .expressionAttributeValues(asSeen.values())
                  .returnValuesOnConditionCheckFailure(
                      ReturnValuesOnConditionCheckFailure.ALL_OLD)));
      return true;
    } catch (ConditionalCheckFailedException changed) {
      return changed.hasItem() && readDomain(changed.item()).equals(next); // sent twice
    }
  }

  private static Map<String, AttributeValue> domainItem(Domain domain) {
    Map<String, AttributeValue> item = Items.item(DOMAINS, domain.name());
    item.put(KIND, Items.s(domain.kind().name().toLowerCase(Locale.ROOT)));
    domain.primary().ifPresent(primary -> item.put(PRIMARY, Items.s(primary.toString())));
    SenderPolicy senders = domain.senderPolicy();
    item.put(DMARC, Items.s(senders.dmarcReject().name().toLowerCase(Locale.ROOT)));
    if (senders.spoofed() != SenderPolicy.DEFAULT.spoofed()) {
      item.put(SPOOFED, Items.s(senders.spoofed().name()));
    }
    if (!senders.exemptions().isEmpty()) {
      item.put(
          EXEMPTIONS,
          Items.strings(
              senders.exemptions().stream()
                  .map(exemption -> exemption.kind() + " " + exemption.text())
                  .toList()));
    }
    if (domain.recipientCheck() != Domain.RecipientCheck.NONE) {
      item.put(RECIPIENT_CHECK, Items.s(domain.recipientCheck().name()));
    }
    if (domain.mailboxes().quotaBytes() > 0) {
      item.put(QUOTA, Items.n(domain.mailboxes().quotaBytes()));
    }
    item.put(TIMES, times(domain.mailboxes().times()));
    return item;
  }

  private static AttributeValue times(FolderTimes times) {
    Map<String, AttributeValue> days = new HashMap<>();
    times.days().forEach((folder, time) -> days.put(folder, Items.n(time)));
    return Items.map(days);
  }

  private static FolderTimes times(Map<String, AttributeValue> item) {
    Map<String, Integer> days = new HashMap<>();
    Items.submap(item, TIMES)
        .forEach((folder, time) -> days.put(folder, Integer.valueOf(time.n())));
    return new FolderTimes(days);
  }

  private static Domain readDomain(Map<String, AttributeValue> item) {
    return new Domain(
        Items.text(item, Items.SK),
        Domain.Kind.valueOf(Items.text(item, KIND).toUpperCase(Locale.ROOT)),
        Items.optionalText(item, PRIMARY).flatMap(primary -> HostPort.parse(primary, 25)),
        readSenderPolicy(item),
        Items.optionalText(item, RECIPIENT_CHECK)
            .map(Domain.RecipientCheck::valueOf)
            .orElse(Domain.RecipientCheck.NONE),
        new MailboxRules(Items.number(item, QUOTA), times(item)));
  }

  private static SenderPolicy readSenderPolicy(Map<String, AttributeValue> item) {
    return new SenderPolicy(
        SenderPolicy.DmarcReject.valueOf(Items.text(item, DMARC).toUpperCase(Locale.ROOT)),
        Items.optionalText(item, SPOOFED)
            .map(SenderPolicy.Spoofed::valueOf)
            .orElse(SenderPolicy.DEFAULT.spoofed()),
        Items.texts(item, EXEMPTIONS).stream().map(DynamoDirectory::readExemption).toList());
  }

  private static SenderExemption readExemption(String text) {
    int space = text.indexOf(' ');
    return SenderExemption.Kind.valueOf(text.substring(0, space))
        .parse(text.substring(space + 1))
        .orElseThrow(() -> new IllegalStateException("no exemption: " + text));
  }

  @Override
  public boolean deleteDomain(String name) throws IOException {
    return table.delete(Items.key(DOMAINS, name));
  }

  @Override
  public Optional<Account> account(EmailAddress address) throws IOException {
    return table.find(key(address)).map(DynamoDirectory::readAccount);
  }

  @Override
  public Optional<Account> accountNow(EmailAddress address) throws IOException {
    return table.getNow(key(address)).map(DynamoDirectory::readAccount);
  }

  @Override
  public Page<Account> accounts(String domain, int limit, Optional<String> next)
      throws IOException {
    return table.page(domain, limit, next, DynamoDirectory::readAccount);
  }

  @Override
  public boolean putAccount(Account account) throws IOException {
    Map<String, AttributeValue> values = new HashMap<>();
    String update =
        switch (account) {
          case Account.User user -> update(user, values);
          case Account.Alias(EmailAddress _, List<EmailAddress> targets) -> {
            values.put(":kind", Items.s(ALIAS));
            List<String> texts = targets.stream().map(EmailAddress::toString).toList();
            values.put(":targets", Items.strings(texts));
            yield "SET kind = :kind, targets = :targets";
          }
        };
    try {
      Calls.call(() ->
          dynamo.updateItem(request ->
              request
                  .tableName(name)
                  .key(key(account.address()))
                  .updateExpression(update)
                  .conditionExpression("attribute_not_exists(pk) OR kind = :kind")
                  .expressionAttributeValues(values)));
      return true;
    } catch (ConditionalCheckFailedException otherKind) {
      return false;
    }
  }

  private static String update(Account.User user, Map<String, AttributeValue> values) {
    values.put(":kind", Items.s(USER));
    values.put(":quota", Items.n(user.quotaBytes()));
    values.put(":delete", Items.bool(user.deleteAfterRetrieval()));
    values.put(":times", times(user.times()));
    return "SET kind = :kind, quotaBytes = :quota, deleteAfterRetrieval = :delete, keepDays = :times";
  }

  @Override
  public boolean replaceUser(Account.User seen, Account.User next) throws IOException {
    var present = table.getNow(key(seen.address()));
    if (present.isEmpty() || !isSame(present.get(), seen)) {
      return present.filter(item -> isSame(item, next)).isPresent();
    }
    AsSeen asSeen = AsSeen.of(present.get(), USERS);
    Map<String, AttributeValue> values = new HashMap<>(asSeen.values());
    String update = update(next, values);
    try {
      Calls.call(() ->
          dynamo.updateItem(request ->
              request
                  .tableName(name)
                  .key(key(next.address()))
                  .updateExpression(update)
                  .conditionExpression(asSeen.condition())
                  .expressionAttributeNames(asSeen.names())
                  .expressionAttributeValues(values)
                  .returnValuesOnConditionCheckFailure(
                      ReturnValuesOnConditionCheckFailure.ALL_OLD)));
      return true;
    } catch (ConditionalCheckFailedException changed) {
      return changed.hasItem() && isSame(changed.item(), next); // sent twice
    }
  }

  private static boolean isSame(Map<String, AttributeValue> item, Account.User user) {
    return readAccount(item) instanceof Account.User there
        && there.equals(user.filteredBy(there.filter()));
  }

  private static Account readAccount(Map<String, AttributeValue> item) {
    EmailAddress address = new EmailAddress(Items.text(item, Items.SK), Items.text(item, Items.PK));
    return switch (Items.text(item, KIND)) {
      case USER ->
          new Account.User(
              address,
              Items.number(item, QUOTA),
              Items.flag(item, DELETE),
              Items.optionalText(item, FILTER),
              times(item));
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
    return table.delete(key(address));
  }

  @Override
  public Optional<RelaySettings> relay() throws IOException {
    // Consistent, for a read unit instead of a half: a rule counts from the next recipient on, and
    // a
    // change is made from what is there.
    Optional<Map<String, AttributeValue>> item = table.getNow(RELAY);
    return item.isPresent()
        ? Optional.of(RelayJson.read(Items.text(item.get(), RELAY_SETTINGS)))
        : Optional.empty();
  }

  @Override
  public void putRelay(RelaySettings settings) throws IOException {
    table.put(relayItem(settings));
  }

  @Override
  public boolean replaceRelay(Optional<RelaySettings> seen, RelaySettings next) throws IOException {
    Map<String, AttributeValue> item = relayItem(next);
    PutItemRequest.Builder put =
        PutItemRequest.builder()
            .tableName(name)
            .item(item)
            .returnValuesOnConditionCheckFailure(ReturnValuesOnConditionCheckFailure.ALL_OLD);
    if (seen.isPresent()) {
      put.conditionExpression("version = :seen")
          .expressionAttributeValues(Map.of(":seen", Items.s(RelayJson.version(seen.get()))));
    } else {
      put.conditionExpression("attribute_not_exists(pk)");
    }
    try {
      Calls.call(() -> dynamo.putItem(put.build()));
      return true;
    } catch (ConditionalCheckFailedException changed) {
      // By ourselves: the answer to this write was lost, and the SDK has sent it again.
      return changed.hasItem() && item.get(RELAY_VERSION).equals(changed.item().get(RELAY_VERSION));
    }
  }

  private static Map<String, AttributeValue> relayItem(RelaySettings settings) {
    Map<String, AttributeValue> item = new HashMap<>(RELAY);
    item.put(RELAY_SETTINGS, Items.s(RelayJson.string(settings)));
    item.put(RELAY_VERSION, Items.s(RelayJson.version(settings)));
    return item;
  }

  private static Map<String, AttributeValue> key(EmailAddress address) {
    return Items.key(address.domain(), address.local());
  }
}
