package skypost.aws;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** Many unconditional writes in few requests; each costs what it costs alone. */
final class BatchWrites {
  private static final int BATCH = 25; // BatchWriteItem takes no more
  private static final int TRIES = 8;

  private BatchWrites() {}

  /** Writes items, no two with one key. */
  static void write(DynamoDbClient dynamo, String table, List<WriteRequest> writes)
      throws IOException {
    for (int from = 0; from < writes.size(); from += BATCH) {
      batch(dynamo, table, writes.subList(from, Math.min(from + BATCH, writes.size())));
    }
  }

  private static void batch(DynamoDbClient dynamo, String table, List<WriteRequest> batch)
      throws IOException {
    List<WriteRequest> left = batch;
    for (int tries = 1; !left.isEmpty(); tries++) {
      Map<String, List<WriteRequest>> request = Map.of(table, List.copyOf(left));
      left =
          Calls.call(() -> dynamo.batchWriteItem(write -> write.requestItems(request)))
              .unprocessedItems()
              .getOrDefault(table, List.of());
      if (!left.isEmpty()) { // throttled
        if (tries == TRIES) {
          throw new IOException(left.size() + " items of " + batch.size() + " were not written");
        }
        Calls.pause(tries);
      }
    }
  }
}
