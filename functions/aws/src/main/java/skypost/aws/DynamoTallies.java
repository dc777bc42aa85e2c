package skypost.aws;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import skypost.mail.authorize.Tallies;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.ReturnValue;
import software.amazon.awssdk.services.dynamodb.model.UpdateItemRequest;

/**
 * {@link Tallies} as items of the credentials table, which AuthorizeFunction may touch anyway: one
 * write each, none read, and one more for what has to be cleaned up. Time to live takes them away.
 */
public final class DynamoTallies implements Tallies {
  /** In front of every key; AuthorizeFunction's policy names it too. */
  static final String PREFIX = "@tally#"; // no address begins with an "@"

  private static final String OWED = "owed"; // until when, in milliseconds since the epoch
  private static final String FRONT = "front#"; // in front of an attribute's name
  private static final String HELD = "held";
  private static final String UNTIL = "until"; // in milliseconds since the epoch

  private static final int MOST_ATTEMPTS = 10;
  private static final int MOST_REMOVED = 20; // at once; expressions are bounded

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the credentials table
   */
  public DynamoTallies(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  /**
   * One addition, which is right unless what was owed was paid some time ago and the item is still
   * there: then the time since would count as paid in advance, so the item begins anew. One of
   * those who find it so lets it begin, and the others add to that.
   */
  @Override
  public Instant spend(String key, Duration cost, Instant now, Instant kept) throws IOException {
    Instant least =
        Instant.ofEpochMilli(now.toEpochMilli() + cost.toMillis()); // as the item has it
    for (int attempt = 0; attempt < MOST_ATTEMPTS; attempt++) {
      Instant paid = add(key, cost, now, kept);
      if (!paid.isBefore(least)) {
        return paid;
      }
      if (begin(key, paid, now, least)) {
        return least;
      }
    }
    throw new IOException("too many count " + key + " at once");
  }

  private Instant add(String key, Duration cost, Instant now, Instant kept) throws IOException {
    var written =
        Calls.call(() ->
            dynamo.updateItem(update ->
                update
                    .tableName(table)
                    .key(key(key))
                    .updateExpression(
                        "SET #owed = if_not_exists(#owed, :now) + :cost, #expires = :expires")
                    .expressionAttributeNames(Map.of("#owed", OWED, "#expires", Items.EXPIRES))
                    .expressionAttributeValues(
                        Map.of(
                            ":now", Items.n(now.toEpochMilli()),
                            ":cost", Items.n(cost.toMillis()),
                            ":expires", Items.n(kept.getEpochSecond())))
                    .returnValues(ReturnValue.UPDATED_NEW)));
    return Instant.ofEpochMilli(Items.number(written.attributes(), OWED));
  }

  private boolean begin(String key, Instant seen, Instant now, Instant owed) throws IOException {
    return update(update ->
        update
            .key(key(key))
            .updateExpression("SET #owed = :owed")
            .conditionExpression("#owed = :seen OR #owed < :now")
            .expressionAttributeNames(Map.of("#owed", OWED))
            .expressionAttributeValues(
                Map.of(
                    ":owed", Items.n(owed.toEpochMilli()),
                    ":now", Items.n(now.toEpochMilli()),
                    ":seen", Items.n(seen.toEpochMilli()))));
  }

  @Override
  public long hold(String key, Share share, Instant now) throws IOException {
    var written = write(key, share);
    long total = 0;
    List<String> dead = new ArrayList<>();
    for (Map.Entry<String, AttributeValue> other : written.entrySet()) {
      if (other.getKey().startsWith(FRONT)) {
        Map<String, AttributeValue> holds = other.getValue().m();
        if (Items.number(holds, UNTIL) > now.toEpochMilli()) {
          total += Items.number(holds, HELD);
        } else {
          dead.add(other.getKey());
        }
      }
    }
    if (!dead.isEmpty()) {
      remove(key, dead.subList(0, Math.min(dead.size(), MOST_REMOVED)), now);
    }
    return total;
  }

  /** Who holds nothing is not in the item. */
  private Map<String, AttributeValue> write(String key, Share share) throws IOException {
    var held = Map.of(HELD, Items.n(share.count()), UNTIL, Items.n(share.until().toEpochMilli()));
    Map<String, AttributeValue> values = new HashMap<>();
    values.put(":expires", Items.n(share.until().getEpochSecond()));
    if (share.count() > 0) {
      values.put(":held", Items.map(held));
    }
    String change = share.count() > 0 ? "SET #front = :held, " : "REMOVE #front SET ";
    return Calls.call(() ->
            dynamo.updateItem(update ->
                update
                    .tableName(table)
                    .key(key(key))
                    .updateExpression(change + "#expires = :expires")
                    .expressionAttributeNames(
                        Map.of("#front", FRONT + share.front(), "#expires", Items.EXPIRES))
                    .expressionAttributeValues(values)
                    .returnValues(ReturnValue.ALL_NEW)))
        .attributes();
  }

  /** Takes away the shares of fronts that are gone, unless one of them turns out to be there. */
  private void remove(String key, List<String> fronts, Instant now) throws IOException {
    Map<String, String> names = new HashMap<>(Map.of("#until", UNTIL));
    List<String> conditions = new ArrayList<>();
    for (int i = 0; i < fronts.size(); i++) {
      names.put("#front" + i, fronts.get(i));
      conditions.add("#front" + i + ".#until <= :now");
    }
    List<String> removed = names.keySet().stream().filter(name -> !name.equals("#until")).toList();
    update(update ->
        update
            .key(key(key))
            .updateExpression("REMOVE " + String.join(", ", removed))
            .conditionExpression(String.join(" AND ", conditions))
            .expressionAttributeNames(names)
            .expressionAttributeValues(Map.of(":now", Items.n(now.toEpochMilli()))));
  }

  /** False when the condition does not hold, and nothing has changed. */
  private boolean update(Consumer<UpdateItemRequest.Builder> request) throws IOException {
    try {
      Calls.call(() -> dynamo.updateItem(update -> request.accept(update.tableName(table))));
      return true;
    } catch (ConditionalCheckFailedException otherwise) {
      return false;
    }
  }

  private static Map<String, AttributeValue> key(String key) {
    return Map.of(Items.PK, Items.s(PREFIX + key));
  }
}
