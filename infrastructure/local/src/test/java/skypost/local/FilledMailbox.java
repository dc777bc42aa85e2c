package skypost.local;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemRequest;
import software.amazon.awssdk.services.dynamodb.model.BatchWriteItemResponse;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/**
 * Fills a new mailbox with messages that have been sealed away, page by page, for a million
 * deliveries take hours. {@link skypost.aws.DynamoMailboxChecks} says whether it is as deliveries
 * would have made it.
 */
final class FilledMailbox {
  static final int SIZE = 4096;
  static final String SUBJECT = "A subject of forty characters, as usual.";

  private static final Instant FIRST = Instant.parse("2026-01-01T00:00:00Z");
  static final int PAGE = 6;
  private static final int BATCH = 25; // as many as BatchWriteItem takes

  private final DynamoDbClient dynamo;
  private final EmailAddress user;
  private final List<WriteRequest> pages = new ArrayList<>();
  private long version;

  /**
   * @param user whose mailbox has just been made
   */
  FilledMailbox(DynamoDbClient dynamo, EmailAddress user) {
    this.dynamo = dynamo;
    this.user = user;
  }

  /** The id of a message: each was accepted a millisecond after the one before. */
  static MessageId id(long uid) {
    return MessageId.derived(FIRST.plusMillis(uid), "message " + uid);
  }

  void fill(int messages) {
    Map<String, AttributeValue> head = new HashMap<>(head());
    version = Long.parseLong(head.get("v").n());
    MessageId last = null;
    List<AttributeValue> lines = new ArrayList<>();
    for (int uid = 1; uid <= messages; uid++) {
      last = id(uid);
      String line = last + "\t" + uid + "\t\t" + SIZE + "\t\t" + SUBJECT;
      lines.add(AttributeValue.fromS(line));
      if (lines.size() == PAGE || uid == messages) {
        write(page(uid + 1 - lines.size(), lines));
        lines.clear();
      }
    }
    flush();
    long octets = (long) messages * SIZE;
    head.put("next", inbox(messages + 1L));
    head.put("sealed", inbox(messages + 1L));
    head.put("n", inbox(messages));
    head.put("b", inbox(octets));
    head.put("bytes", number(octets));
    head.put("free", number(Long.parseLong(head.get("free").n()) - octets));
    head.put("sealedTo", AttributeValue.fromS(last.value()));
    dynamo.putItem(put -> put.tableName(Resources.MAILBOXES).item(head));
  }

  private Map<String, AttributeValue> head() {
    return dynamo
        .getItem(get -> get.tableName(Resources.MAILBOXES).key(key("head")).consistentRead(true))
        .item();
  }

  private Map<String, AttributeValue> key(String sortKey) {
    return Map.of("pk", AttributeValue.fromS(user.toString()), "sk", AttributeValue.fromS(sortKey));
  }

  private static AttributeValue number(long number) {
    return AttributeValue.fromN(Long.toString(number));
  }

  private static AttributeValue inbox(long number) {
    return AttributeValue.fromM(Map.of(Mailboxes.INBOX, number(number)));
  }

  private Map<String, AttributeValue> page(int name, List<AttributeValue> lines) {
    Map<String, AttributeValue> page =
        new HashMap<>(key(String.format("page#%s#%012d", Mailboxes.INBOX, name)));
    page.put("v", number(version));
    page.put("r", number(0));
    page.put("at", number(FIRST.toEpochMilli()));
    page.put("m", AttributeValue.fromL(List.copyOf(lines)));
    return page;
  }

  private void write(Map<String, AttributeValue> page) {
    pages.add(WriteRequest.builder().putRequest(put -> put.item(page)).build());
    if (pages.size() == BATCH) {
      flush();
    }
  }

  private void flush() {
    if (pages.isEmpty()) {
      return;
    }
    Map<String, List<WriteRequest>> left = Map.of(Resources.MAILBOXES, List.copyOf(pages));
    while (!left.isEmpty()) {
      BatchWriteItemResponse answer =
          dynamo.batchWriteItem(BatchWriteItemRequest.builder().requestItems(left).build());
      left = answer.unprocessedItems();
    }
    pages.clear();
  }
}
