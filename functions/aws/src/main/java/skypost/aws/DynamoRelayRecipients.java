package skypost.aws;

import java.io.IOException;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.directory.RelayRecipients;
import skypost.protocol.address.EmailAddress;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.WriteRequest;

/** The listed recipients of relay domains in the directory table, one item each. */
public final class DynamoRelayRecipients implements RelayRecipients {
  private static final String PREFIX = "@recipients#";

  private final DirectoryTable table;

  /**
   * @param table the directory table
   */
  public DynamoRelayRecipients(DynamoDbClient dynamo, String table) {
    this.table = new DirectoryTable(dynamo, table);
  }

  @Override
  public boolean contains(EmailAddress address) throws IOException {
    return table.find(key(address)).isPresent();
  }

  @Override
  public void put(Collection<EmailAddress> addresses) throws IOException {
    table.write(
        addresses.stream()
            .map(DynamoRelayRecipients::key)
            .map(item -> WriteRequest.builder().putRequest(put -> put.item(item)).build())
            .toList());
  }

  @Override
  public void remove(Collection<EmailAddress> addresses) throws IOException {
    table.write(
        addresses.stream()
            .map(DynamoRelayRecipients::key)
            .map(key -> WriteRequest.builder().deleteRequest(delete -> delete.key(key)).build())
            .toList());
  }

  @Override
  public Page<EmailAddress> list(String domain, int limit, Optional<String> next)
      throws IOException {
    return table.page(
        PREFIX + domain, limit, next, item -> new EmailAddress(Items.text(item, Items.SK), domain));
  }

  private static Map<String, AttributeValue> key(EmailAddress address) {
    return Items.key(PREFIX + address.domain(), address.local());
  }
}
