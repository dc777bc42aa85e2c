package skypost.aws;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.directory.Suppressions;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Suppressed addresses in the directory table, one item each. Time to live clears them away within
 * days; until then what has expired is not looked at.
 */
public final class DynamoSuppressions implements Suppressions {
  private static final String PREFIX = "@suppressed#"; // SendFunction's policy names it too
  private static final String SINCE = "since";
  private static final String REASON = "reason";

  private final DirectoryTable table;

  /**
   * @param table the directory table
   */
  public DynamoSuppressions(DynamoDbClient dynamo, String table) {
    this.table = new DirectoryTable(dynamo, table);
  }

  @Override
  public Optional<Suppression> find(String domain, EmailAddress address, Instant now)
      throws IOException {
    return table
        .get(key(domain, address)) // at worst one more message fails
        .map(DynamoSuppressions::read)
        .filter(found -> found.holds(now));
  }

  @Override
  public void put(String domain, Suppression suppression) throws IOException {
    Map<String, AttributeValue> item =
        Items.item(PREFIX + domain, suppression.address().toString());
    item.put(SINCE, Items.n(suppression.since().toEpochMilli()));
    item.put(REASON, Items.s(suppression.reason()));
    suppression
        .until()
        .ifPresent(until -> item.put(Items.EXPIRES, Items.n(until.getEpochSecond())));
    table.put(item);
  }

  @Override
  public boolean remove(String domain, EmailAddress address) throws IOException {
    return table.delete(key(domain, address));
  }

  @Override
  public Page<Suppression> list(String domain, int limit, Optional<String> next, Instant now)
      throws IOException {
    Page<Suppression> page = table.page(PREFIX + domain, limit, next, DynamoSuppressions::read);
    return new Page<>(page.items().stream().filter(each -> each.holds(now)).toList(), page.next());
  }

  private static Suppression read(Map<String, AttributeValue> item) {
    return new Suppression(
        EmailAddress.parse(Items.text(item, Items.SK)).orElseThrow(),
        Instant.ofEpochMilli(Items.number(item, SINCE)),
        Items.text(item, REASON),
        item.containsKey(Items.EXPIRES)
            ? Optional.of(Instant.ofEpochSecond(Items.number(item, Items.EXPIRES)))
            : Optional.empty());
  }

  private static Map<String, AttributeValue> key(String domain, EmailAddress address) {
    return Items.key(PREFIX + domain, address.toString());
  }
}
