package skypost.aws;

import java.io.IOException;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.ProbedRecipients;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * What primaries said, in the directory table. Time to live clears it away within days; until then
 * what has expired is not looked at.
 */
public final class DynamoProbedRecipients implements ProbedRecipients {
  private static final String PREFIX = "@probed#"; // AuthorizeFunction's policy names it too
  private static final String STANDING = "standing";

  private final DirectoryTable table;

  /**
   * @param table the directory table
   */
  public DynamoProbedRecipients(DynamoDbClient dynamo, String table) {
    this.table = new DirectoryTable(dynamo, table);
  }

  @Override
  public Optional<Standing> find(EmailAddress recipient, Instant now) throws IOException {
    return table
        .get(key(recipient)) // at worst the primary is asked once more
        .filter(item -> Items.number(item, Items.EXPIRES) > now.getEpochSecond())
        .map(item -> Standing.valueOf(Items.text(item, STANDING)));
  }

  @Override
  public void remember(EmailAddress recipient, Standing standing, Instant until)
      throws IOException {
    Map<String, AttributeValue> item = Items.item(PREFIX + recipient.domain(), recipient.local());
    item.put(STANDING, Items.s(standing.name()));
    item.put(Items.EXPIRES, Items.n(until.getEpochSecond()));
    table.put(item);
  }

  private static Map<String, AttributeValue> key(EmailAddress recipient) {
    return Items.key(PREFIX + recipient.domain(), recipient.local());
  }
}
