package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.local.RequestedActions.Request;
import skypost.mail.dns.TestDns;
import skypost.mail.json.Fields;
import skypost.protocol.smtp.client.FakeMx;
import skypost.smtp.Door;
import software.amazon.awssdk.core.sync.RequestBody;

/**
 * Whatever a function asks of AWS on the ways of mail, and for the sample events, its role in
 * template.yaml allows. Left aside: the fronts' roles, KMS, URLs that are given away, and what
 * {@link FunctionRole} leaves aside.
 */
class FunctionRolesTest {
  private static final String USERS = "/v1/users/";
  private static final String ANN = "ann@local.example";
  private static final String BOB = "bob@local.example";
  private static final String FAR = "carol@far.example";
  private static final Path ROOT = Path.of("..", "..");

  @TempDir private Path data;
  private final Closing opened = new Closing();
  private FakeMx mx;
  private SteppedSystem system;

  @BeforeEach
  void start() throws Exception {
    TestDns dns = opened.add(TestDns.start());
    mx = opened.add(FakeMx.start());
    dns.add("far.example", "MX", "10 mx.far.example.").add("mx.far.example", "A", "127.0.0.1");
    dns.add("far.example", "TXT", "\"v=spf1 ip4:127.0.0.1 -all\"");
    dns.add("_dmarc.far.example", "TXT", "\"v=DMARC1; p=none; rua=mailto:d@far.example\"");
    dns.add("_smtp._tls.far.example", "TXT", "\"v=TLSRPTv1; rua=mailto:t@far.example\"");
    RequestedActions.reset();
    system =
        opened.add(
            SteppedSystem.start(
                Map.of(
                    "SKYPOST_DATA",
                    data.toString(),
                    "SKYPOST_DNS",
                    dns.address().toString(),
                    "SKYPOST_DANE",
                    "off",
                    "SKYPOST_TRUSTED_NETWORKS",
                    "192.0.2.0/24",
                    "SKYPOST_OUTBOUND_PORT",
                    Integer.toString(mx.port())),
                Clock.systemUTC()));
  }

  @AfterEach
  void stop() {
    opened.close();
  }

  @Test
  void everyRequestOfAFunctionIsAllowedByItsRole() throws Exception {
    directory();
    mail();
    transfers();
    reports();
    sampleEvents();
    delete(USERS + BOB);
    sweep();

    Set<Request> requests = RequestedActions.all();
    assertThat(requests)
        .extracting(Request::function)
        .contains(functions().keySet().toArray(String[]::new));
    assertThat(requests)
        .extracting(request -> request.function() + " " + request.action())
        .contains( // or this has seen too little to say anything
            "AuthorizeFunction dynamodb:BatchGetItem",
            "ReceiveFunction dynamodb:UpdateItem",
            "ReceiveFunction dynamodb:BatchGetItem",
            "ReceiveFunction dynamodb:DeleteItem",
            "ReceiveFunction sqs:SendMessage",
            "SendFunction dynamodb:DeleteItem",
            "TransferFunction s3:PutObject",
            "ReportFunction s3:PutObject",
            "ApiFunction dynamodb:UpdateItem");
    assertThat(refused(requests)).as("what template.yaml would refuse").isEmpty();
  }

  private Set<String> refused(Set<Request> requests) throws IOException {
    String template = Files.readString(ROOT.resolve("template.yaml"));
    Map<String, FunctionRole> roles = new HashMap<>();
    Set<String> refused = new TreeSet<>();
    for (Request request : requests) {
      FunctionRole role =
          roles.computeIfAbsent(request.function(), name -> FunctionRole.of(name, template));
      String resource = inTemplate(request.resource());
      if (!role.allows(request, resource)) {
        refused.add(role.name() + ": " + request.action() + " " + resource + " " + request.keys());
      }
    }
    return refused;
  }

  /** What the template calls it. */
  private String inTemplate(String resource) {
    Map<String, String> names =
        Map.of(
            Resources.BUCKET,
            "Mail",
            Resources.DIRECTORY,
            "Directory",
            Resources.CREDENTIALS,
            "Credentials",
            Resources.MAILBOXES,
            "Mailboxes",
            Resources.MESSAGES,
            "Messages",
            system.resources().incoming().url(),
            "Incoming",
            system.resources().outbound().url(),
            "Outbound",
            system.resources().transfers().url(),
            "Transfers");
    for (var name : names.entrySet()) {
      if (resource.equals(name.getKey()) || resource.startsWith(name.getKey() + "/")) {
        return name.getValue() + resource.substring(name.getKey().length());
      }
    }
    return resource;
  }

  private Map<String, LambdaFunction> functions() {
    return system.functions().all().stream()
        .collect(Collectors.toMap(LambdaFunction::name, Function.identity()));
  }

  private void directory() throws IOException {
    call("PUT", "/v1/domains/local.example", "{\"kind\": \"local\"}");
    call("PATCH", "/v1/domains/local.example", "{\"retentionDays\": {\"Junk\": 30}}");
    for (String user : List.of(ANN, BOB)) {
      call("PUT", USERS + user, "{\"password\": \"a long secret\"}");
      call("PATCH", USERS + user, "{\"quotaBytes\": 1000000}");
    }
    call(
        "PUT",
        "/v1/aliases/all@local.example",
        "{\"targets\": [\"%s\", \"%s\", \"%s\"]}".formatted(ANN, BOB, FAR));
    call(
        "PUT",
        USERS + BOB + "/filters",
        "{\"rules\": [{\"name\": \"a\", \"when\": [{\"field\": \"subject\", \"contains\": \"x\"}],"
            + " \"then\": [{\"action\": \"file\", \"folder\": \"X\"},"
            + " {\"action\": \"forward\", \"to\": \"%s\"}]}]}".formatted(FAR));
  }

  /** In, out at the second attempt, bounced, and swept. */
  private void mail() throws Exception {
    submit(Door.SMTP, FAR, ANN, "all@local.example");
    submit(Door.SUBMISSION, ANN, BOB, FAR);
    sweep(); // nothing is finished, so all get their events again
    drain(system.resources().incoming(), system.functions().receive());
    mx.once("RCPT", FakeMx.reply("550 5.1.1 nobody"));
    mx.once("EHLO", FakeMx.drop("421 4.3.2 not now"));
    drain(system.resources().outbound(), system.functions().send());
    call("POST", "/v1/domains/far.example/flush", "{}");
    drain(system.resources().outbound(), system.functions().send());
    drain(system.resources().incoming(), system.functions().receive());
  }

  private void transfers() throws Exception {
    call("POST", USERS + ANN + "/exports", "{\"format\": \"mbox\"}");
    drain(system.resources().transfers(), system.functions().transfer());
    String id =
        call("POST", USERS + BOB + "/imports", "{\"format\": \"mbox\", \"folder\": \"Old\"}")
            .text("id");
    byte[] archive = bytes("From a@b Wed Nov 25 08:00:00 2026\nSubject: old\n\nold\n");
    system
        .clients()
        .s3()
        .putObject(
            put -> put.bucket(Resources.BUCKET).key("imports/" + id),
            RequestBody.fromBytes(archive));
    call("POST", USERS + BOB + "/imports/" + id + "/start", "{}");
    drain(system.resources().transfers(), system.functions().transfer());
    drain(system.resources().incoming(), system.functions().receive());
  }

  /** On today, since a day must be over for those of yesterday. */
  private void reports() {
    LocalDate today = LocalDate.now(ZoneOffset.UTC);
    system.functions().report().invoke(bytes("{\"day\":\"" + today + "\"}"));
    system.functions().report().invoke(bytes("{\"day\":\"" + today.minusDays(1) + "\"}"));
  }

  /** Whatever they are answered: their requests count. Those that delete come last. */
  private void sampleEvents() throws IOException {
    try (Stream<Path> files = Files.list(ROOT.resolve("events"))) {
      List<Path> events =
          files
              .sorted(
                  Comparator.comparing((Path file) -> file.toString().contains("-delete"))
                      .thenComparing(Path::toString))
              .toList();
      for (Path event : events) {
        String name = event.getFileName().toString();
        String function = name.substring(0, name.indexOf('-'));
        String text = Files.readString(event).replace("Bearer sample-admin-token", "Bearer token");
        functions().entrySet().stream()
            .filter(each -> each.getKey().toLowerCase(Locale.ROOT).startsWith(function))
            .forEach(each -> each.getValue().invoke(bytes(text)));
      }
    }
  }

  private void drain(Resources.Queue queue, LambdaFunction function) throws IOException {
    while (system.runOnce(queue, function, 0) > 0) {
      continue;
    }
  }

  private void sweep() {
    assertThat(system.functions().receive().invoke(bytes("{\"sweep\":true,\"settled\":true}")))
        .isInstanceOf(LambdaFunction.Returned.class);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private void delete(String path) throws IOException {
    call("DELETE", path, null);
  }

  private Fields call(String method, String path, String body) throws IOException {
    Map<String, Object> event = new HashMap<>();
    event.put("version", "2.0");
    event.put("rawPath", path);
    event.put("rawQueryString", "");
    event.put(
        "headers", Map.of("authorization", "Bearer token", "content-type", "application/json"));
    event.put("requestContext", Map.of("http", Map.of("method", method, "path", path)));
    Optional.ofNullable(body).ifPresent(text -> event.put("body", text));
    var outcome = system.functions().api().invoke(Fields.bytes(event));
    assertThat(outcome).isInstanceOf(LambdaFunction.Returned.class);
    Fields answer = Fields.read(((LambdaFunction.Returned) outcome).payload());
    assertThat(answer.number("statusCode")).as(method + " " + path + ": " + answer).isLessThan(300);
    String shown = answer.optionalText("body").orElse("");
    return shown.isEmpty() ? answer : Fields.read(shown);
  }

  private void submit(Door door, String from, String... to) throws Exception {
    var properties = new Properties();
    properties.put("mail.smtp.auth", Boolean.toString(door == Door.SUBMISSION));
    properties.put("mail.smtp.starttls.enable", "true");
    properties.put("mail.smtp.ssl.trust", "*");
    properties.put("mail.smtp.ssl.checkserveridentity", "false");
    var session = jakarta.mail.Session.getInstance(properties);
    var message = new jakarta.mail.internet.MimeMessage(session);
    message.setFrom(from);
    for (String recipient : to) {
      message.addRecipients(jakarta.mail.Message.RecipientType.TO, recipient);
    }
    message.setSubject("x");
    message.setText("hello");
    try (var transport = session.getTransport("smtp")) {
      transport.connect("127.0.0.1", system.port(door), from, "a long secret");
      transport.sendMessage(message, message.getAllRecipients());
    }
  }
}
