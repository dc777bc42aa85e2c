package skypost.aws;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.json.Fields;
import skypost.mail.report.AggregateReport.Row;
import skypost.mail.report.CountedMail;
import skypost.mail.report.ReportJson;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Counts in the messages table, an item for each kind of message: {@code pk = @dmarc#} and the day,
 * {@code sk} the domain and the row's hash. No message id is called so. An item is small, so that
 * an addition costs one write unit. Time to live clears them away.
 */
public final class DynamoCountedMail implements CountedMail {
  private static final String PREFIX = "@dmarc#";
  private static final String COUNT = "n";
  private static final String ROW = "alike";

  private final DirectoryTable table;

  /**
   * @param table the messages table
   */
  public DynamoCountedMail(DynamoDbClient dynamo, String table) {
    this.table = new DirectoryTable(dynamo, table);
  }

  @Override
  public void add(LocalDate day, String domain, Map<Row, Long> counts) throws IOException {
    long expires = day.plus(KEPT).atStartOfDay().toEpochSecond(ZoneOffset.UTC);
    for (Map.Entry<Row, Long> each : counts.entrySet()) {
      String json = Fields.string(ReportJson.row(each.getKey().counting(0)));
      Calls.call(() ->
          table
              .dynamo()
              .updateItem(update ->
                  update
                      .tableName(table.table())
                      .key(Items.key(PREFIX + day, domain + "#" + hash(json)))
                      .updateExpression("SET alike = :row, expires = :expires ADD n :count")
                      .expressionAttributeValues(
                          Map.of(
                              ":row", Items.s(json),
                              ":expires", Items.n(expires),
                              ":count", Items.n(each.getValue())))));
    }
  }

  @Override
  public Page<Counted> list(LocalDate day, int limit, Optional<String> next) throws IOException {
    Page<Map<String, AttributeValue>> page = table.page(PREFIX + day, limit, next, item -> item);
    List<Counted> counted = new ArrayList<>();
    for (Map<String, AttributeValue> item : page.items()) {
      String key = Items.text(item, Items.SK);
      Row row = ReportJson.row(Fields.read(Items.text(item, ROW)));
      counted.add(
          new Counted(
              key.substring(0, key.lastIndexOf('#')), row.counting(Items.number(item, COUNT))));
    }
    return new Page<>(counted, page.next());
  }

  private static String hash(String json) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 12);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-256
    }
  }
}
