package skypost.aws;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.report.ReceivedReports;
import skypost.mail.report.Report;
import skypost.mail.report.ReportJson;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.QueryRequest;
import software.amazon.awssdk.services.dynamodb.model.QueryResponse;

/**
 * Reports that came in, in the messages table, an item for each: {@code pk} is {@code @reports#},
 * the kind and the domain, {@code sk} the report's key. No message id is called so. Time to live
 * clears them away.
 */
public final class DynamoReceivedReports implements ReceivedReports {
  private static final String PREFIX = "@reports#";
  private static final String REPORT = "report";

  private final DynamoDbClient dynamo;
  private final String table;

  /**
   * @param table the messages table
   */
  public DynamoReceivedReports(DynamoDbClient dynamo, String table) {
    this.dynamo = dynamo;
    this.table = table;
  }

  @Override
  public boolean add(String domain, Report report) throws IOException {
    Map<String, AttributeValue> item = Items.item(partition(report.kind(), domain), report.key());
    byte[] json = ReportJson.write(report.trimmed());
    item.put(REPORT, Items.s(new String(json, StandardCharsets.UTF_8)));
    long expires = report.day().plus(KEPT).atStartOfDay().toEpochSecond(ZoneOffset.UTC);
    item.put(Items.EXPIRES, Items.n(expires));
    try {
      Calls.call(() ->
          dynamo.putItem(put ->
              put.tableName(table).item(item).conditionExpression("attribute_not_exists(pk)")));
      return true;
    } catch (ConditionalCheckFailedException knownBefore) {
      return false;
    }
  }

  @Override
  public Page<Report> list(
      Report.Kind kind,
      String domain,
      LocalDate from,
      LocalDate to,
      int limit,
      Optional<String> next)
      throws IOException {
    String partition = partition(kind, domain);
    QueryRequest.Builder query =
        QueryRequest.builder()
            .tableName(table)
            .keyConditionExpression("pk = :pk AND sk BETWEEN :from AND :to")
            .expressionAttributeValues(
                Map.of(
                    ":pk", Items.s(partition),
                    ":from", Items.s(from.toString()),
                    ":to", Items.s(to.plusDays(1).toString()))) // no key is a day alone
            .limit(limit);
    next.ifPresent(key -> query.exclusiveStartKey(Items.key(partition, key)));
    QueryResponse response = Calls.call(() -> dynamo.query(query.build()));
    List<Report> reports = new ArrayList<>();
    for (Map<String, AttributeValue> item : response.items()) {
      byte[] json = Items.text(item, REPORT).getBytes(StandardCharsets.UTF_8);
      reports.add(ReportJson.read(kind, json));
    }
    Optional<String> more =
        response.hasLastEvaluatedKey() && !response.lastEvaluatedKey().isEmpty()
            ? Optional.of(Items.text(response.lastEvaluatedKey(), Items.SK))
            : Optional.empty();
    return new Page<>(reports, more);
  }

  private static String partition(Report.Kind kind, String domain) {
    return PREFIX + kind.name().toLowerCase(Locale.ROOT) + "#" + domain;
  }
}
