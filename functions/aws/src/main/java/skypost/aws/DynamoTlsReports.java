package skypost.aws;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Page;
import skypost.mail.json.Fields;
import skypost.mail.tlspolicy.AppliedPolicy;
import skypost.mail.tlspolicy.TlsReports;
import skypost.mail.tlspolicy.TlsResult;
import skypost.mail.tlspolicy.TlsSession;
import software.amazon.awssdk.services.dynamodb.DynamoDbClient;
import software.amazon.awssdk.services.dynamodb.model.AttributeValue;

/**
 * Counts in the messages table, an item for each day and domain: {@code pk = @tls-rpt#} and the
 * day, {@code sk} the domain. No message id is called so. Each policy is an attribute {@code p} and
 * its hash, each kind of session an attribute {@code n}, the policy's hash, the result, the MX and
 * why: so one ADD counts them all. Time to live clears them away.
 */
public final class DynamoTlsReports implements TlsReports {
  private static final String PREFIX = "@tls-rpt#";
  private static final String POLICY = "p ";
  private static final String SESSIONS = "n ";
  private static final String SUCCESS = "success";

  private final DirectoryTable table;

  /**
   * @param table the messages table
   */
  public DynamoTlsReports(DynamoDbClient dynamo, String table) {
    this.table = new DirectoryTable(dynamo, table);
  }

  @Override
  public void add(LocalDate day, String domain, Map<TlsSession, Long> counts) throws IOException {
    Update update = new Update();
    long expires = day.plus(KEPT).atStartOfDay().toEpochSecond(ZoneOffset.UTC);
    update.set(Items.EXPIRES, Items.n(expires));
    Map<AppliedPolicy, String> hashes = new HashMap<>();
    for (TlsSession session : counts.keySet()) {
      if (!hashes.containsKey(session.policy())) {
        String json = write(session.policy());
        hashes.put(session.policy(), hash(json));
        update.set(POLICY + hash(json), Items.s(json));
      }
    }
    counts.forEach((session, count) ->
        update.add(
            SESSIONS
                + hashes.get(session.policy())
                + " "
                + session.failure().map(TlsResult::label).orElse(SUCCESS)
                + " "
                + session.mx()
                + (session.reason().isEmpty() ? "" : " " + session.reason()),
            Items.n(count)));
    Calls.call(() ->
        table
            .dynamo()
            .updateItem(request ->
                request
                    .tableName(table.table())
                    .key(Items.key(PREFIX + day, domain))
                    .updateExpression(update.expression())
                    .expressionAttributeNames(update.names)
                    .expressionAttributeValues(update.values)));
  }

  /** An update expression in the making. */
  private static final class Update {
    private final List<String> sets = new ArrayList<>();
    private final List<String> adds = new ArrayList<>();
    private final Map<String, String> names = new HashMap<>();
    private final Map<String, AttributeValue> values = new HashMap<>();

    void set(String name, AttributeValue value) {
      int n = define(name, value);
      sets.add("#" + n + " = :" + n);
    }

    void add(String name, AttributeValue value) {
      int n = define(name, value);
      adds.add("#" + n + " :" + n);
    }

    private int define(String name, AttributeValue value) {
      int n = names.size();
      names.put("#" + n, name);
      values.put(":" + n, value);
      return n;
    }

    String expression() {
      return "SET " + String.join(", ", sets) + " ADD " + String.join(", ", adds);
    }
  }

  @Override
  public Page<Counted> list(LocalDate day, int limit, Optional<String> next) throws IOException {
    Page<Map<String, AttributeValue>> page = table.page(PREFIX + day, limit, next, item -> item);
    List<Counted> items = new ArrayList<>();
    for (Map<String, AttributeValue> item : page.items()) {
      items.add(read(item));
    }
    return new Page<>(items, page.next());
  }

  private static Counted read(Map<String, AttributeValue> item) throws IOException {
    Map<TlsSession, Long> counts = new HashMap<>();
    for (String name : item.keySet()) {
      if (name.startsWith(SESSIONS)) {
        String[] words = name.split(" ", 5);
        AppliedPolicy policy = readPolicy(Items.text(item, POLICY + words[1]));
        counts.put(
            new TlsSession(
                policy, words[3], TlsResult.labelled(words[2]), words.length > 4 ? words[4] : ""),
            Items.number(item, name));
      }
    }
    return new Counted(Items.text(item, Items.SK), counts);
  }

  private static String write(AppliedPolicy policy) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("type", policy.type().name());
    fields.put("strings", policy.strings());
    fields.put("mx", policy.mx());
    return Fields.string(fields);
  }

  private static AppliedPolicy readPolicy(String json) throws IOException {
    Fields fields = Fields.read(json);
    return new AppliedPolicy(
        AppliedPolicy.Type.valueOf(fields.text("type")),
        fields.texts("strings"),
        fields.texts("mx"));
  }

  private static String hash(String json) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(json.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest, 0, 8);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-2
    }
  }
}
