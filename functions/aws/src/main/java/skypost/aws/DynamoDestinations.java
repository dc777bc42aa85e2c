package skypost.aws;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.queue.Destination;
import skypost.mail.queue.DestinationJson;
import skypost.mail.queue.Destinations;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Destinations in trouble, in the messages table: {@code pk = @destinations}, {@code sk} the
 * domain. No message id is called so. Time to live clears them away.
 */
public final class DynamoDestinations implements Destinations {
  private static final String PARTITION = "@destinations"; // SendFunction's policy names it too
  private static final String STATE = "state";
  private static final Duration REMEMBERED = Duration.ofDays(1);

  private final DirectoryTable table;
  private final SteppedItems items;

  /**
   * @param table the messages table
   */
  public DynamoDestinations(DynamoDbClient dynamo, String table) {
    this.table = new DirectoryTable(dynamo, table);
    this.items = new SteppedItems(dynamo, table);
  }

  @Override
  public Destination find(String domain) throws IOException {
    Optional<Map<String, AttributeValue>> item = table.getNow(Items.key(PARTITION, domain));
    return item.isPresent() ? read(item.get()) : Destination.healthy(domain);
  }

  private static Destination read(Map<String, AttributeValue> item) throws IOException {
    return DestinationJson.read(
        Items.text(item, Items.SK), Items.text(item, STATE), SteppedItems.step(item));
  }

  @Override
  public Optional<Destination> replace(Destination seen, Destination next, Instant now)
      throws IOException {
    Map<String, AttributeValue> item = Items.item(PARTITION, seen.domain());
    item.put(STATE, Items.s(DestinationJson.write(next)));
    item.put(Items.EXPIRES, Items.n(over(next, now).plus(REMEMBERED).getEpochSecond()));
    long version = seen.version() + 1;
    boolean isWritten =
        seen.version() == 0
            ? items.create(item, version)
            : items.replace(item, seen.version(), version);
    return isWritten
        ? Optional.of(
            new Destination(seen.domain(), next.phase(), next.lease(), next.troubles(), version))
        : Optional.empty();
  }

  /** When all that it says is over. */
  private static Instant over(Destination next, Instant now) {
    return next.phase() instanceof Destination.Phase.Deferred(int failures, Instant until)
            && until.isAfter(now)
        ? until
        : now;
  }

  @Override
  public boolean forget(String domain) throws IOException {
    return table.delete(Items.key(PARTITION, domain));
  }

  @Override
  public Page<Destination> list(int limit, Optional<String> next) throws IOException {
    Page<Map<String, AttributeValue>> page = table.page(PARTITION, limit, next, item -> item);
    List<Destination> items = new ArrayList<>();
    for (Map<String, AttributeValue> item : page.items()) {
      items.add(read(item));
    }
    return new Page<>(items, page.next());
  }
}
