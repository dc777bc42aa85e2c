package skypost.api;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every {@code events/api-*.json} through the real handler. */
class ApiEventsTest {
  static final Path EVENTS = Path.of("..", "..", "events");

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          domain-list           | 200 | "domain":"local.example"
          domain-put            | 201 | "primary":"mx.new.example:25"
          domain-get            | 200 | "kind":"local"
          domain-patch          | 200 | {"domain":"relay.example","kind":"relay","dmarcReject":"refuse","spoofed":"junk","recipients":{"check":"none"}}
          domain-delete         | 204 |
          domain-delete-refused | 409 | has accounts
          domain-put-checked    | 201 | "recipients":{"check":"call-ahead"}
          recipient-list        | 200 | {"items":[{"address":"listed@relay.example"}]}
          recipient-put-all     | 200 | {"domain":"relay.example","count":2}
          recipient-delete-all  | 204 |
          recipient-get         | 200 | {"address":"listed@relay.example"}
          recipient-put         | 201 | {"address":"ann@relay.example"}
          recipient-delete      | 204 |
          report-dmarc          | 200 | {"domain":"local.example","from":"2026-11-01","to":"2026-11-24","reports":0,"messages":0
          report-tls            | 200 | {"domain":"local.example","from":"2026-11-01","to":"2026-11-24","reports":0,"successes":0
          suppression-list      | 200 | {"items":[{"address":"gone@far.example","since":"2026-11-25T07:00:00Z","reason":"550 5.1.1 no such user","until":"2026-11-25T09:00:00Z"}]}
          suppression-get       | 200 | "reason":"550 5.1.1 no such user"
          suppression-put       | 201 | {"address":"left@far.example","since":"2026-11-25T08:00:00Z","reason":"has left the company","until":"2026-12-25T08:00:00Z"}
          suppression-delete    | 204 |
          user-list             | 200 | "address":"ann@local.example"
          user-put              | 201 | {"address":"carol@local.example","quotaBytes":1000000000,"deleteAfterRetrieval":false}
          user-get              | 200 | "quotaBytes":1000000
          user-patch            | 200 | "quotaBytes":5000000
          user-delete           | 204 |
          app-password-list     | 200 | {"id":"k7mq2x","name":"phone","created":"2026-11-24"}
          app-password-post     | 201 | "name":"Thunderbird on the laptop","created":"2026-11-25","password":"
          app-password-delete   | 204 |
          filter-get            | 200 | {"script":"keep;"}
          filter-put            | 200 | "vacation":{"from":"2026-12-24","until":"2027-01-02","text":"I am away until January 3."}
          filter-put-wrong      | 400 | line 2, column 3:
          filter-patch          | 400 | not both
          filter-delete         | 204 |
          filter-preview        | 200 | "subject":"sample","actions":[{"type":"fileinto","mailbox":"Samples","flags":[]}]
          mailbox-get           | 200 | {"messages":1,"bytes":60,"quotaBytes":1000000,"folders":{"INBOX":{"messages":1,"bytes":60,"uidNext":2,"uidValidity":1795593600,"highestModseq":"2147483648"}}}
          folder-messages       | 200 | "subject":"sample","flags":[],"bytes":60,"modseq":"2147483648"
          message-patch         | 200 | "flags":["\\\\Seen"],"bytes":60,"modseq":"2147483649"
          folder-changes        | 200 | {"highestModseq":"2147483648","items":[{"uid":1,
          mailbox-check         | 200 | {"messages":1,"deleted":1,"bodies":2,"findings":[]}
          deleted-list          | 200 | "folder":"Work","subject":"sample","flags":[],"bytes":60,"deletedAt":"2026-11-25T08:00:00Z","until":"2026-12-09T08:00:00Z"}]}
          deleted-restore       | 200 | "folder":"Found again","uid":1
          deleted-restore-many  | 200 | {"restored":1,"left":0,"full":false}
          lease-get             | 200 | "holder":"pop3-1"
          lease-delete          | 204 |
          export-now            | 200 | RnJvbS
          import-now            | 200 | "state":"done","format":"mbox","folder":"Archive"
          export-post           | 202 | "state":"running","format":"mbox","folders":["INBOX"],"messages":{
          export-get            | 200 | "download":{"method":"GET","url":"memory:exports/
          export-delete         | 204 |
          import-post           | 202 | "state":"waiting","format":"maildir","folder":"Archive"
          import-get            | 200 | "faults":[{
          import-start          | 202 | "state":"running"
          import-delete         | 204 |
          alias-list            | 200 | "address":"info@local.example"
          alias-put             | 201 | "address":"*@local.example"
          alias-get             | 200 | "targets":["ann@local.example"]
          alias-patch           | 200 | "targets":["ann@local.example","bob@far.example"]
          alias-delete          | 204 |
          message-get           | 200 | "status":"delivered"
          destination-list      | 200 | {"items":[{"destination":"far.example","state":"deferred","failures":1
          destination-get       | 200 | "waiting":1,"troubles":[{"at":"2026-11-25T07
          destination-smart-host | 200 | {"destination":"ann@smart.example:587","state":"healthy"
          destination-flush     | 202 | "state":"recovering","window":1
          destination-delete    | 204 |
          domain-flush          | 202 | "state":"recovering","window":1,"sending":false,"waiting":1
          mta-sts-policy        | 200 | mx: mx.skypost.example
          domain-dns            | 200 | "value":"v=spf1 ip4:198.51.100.7 -all"
          domain-dns-check      | 200 | "activated":["s20261124-2"]
          signing-key-list      | 200 | {"items":[{"id":"s20261101-1","created":"2026-11-25T07:00:00Z","state":"active","activated":"2026-11-25T07:00:00Z","records":[{"selector":"s20261101-1-rsa","algorithm":"rsa-sha256","name":"s20261101-1-rsa._domainkey.local.example","type":"TXT","value":"v=DKIM1; k=rsa; p=
          signing-key-post      | 201 | "created":"2026-11-25T08:00:00Z","state":"pending"
          signing-key-get       | 200 | "id":"s20261101-1"
          signing-key-activate  | 200 | "id":"s20261124-2","created":"2026-11-25T07:00:00Z","state":"active","activated":"2026-11-25T08:00:00Z"
          signing-key-retire    | 200 | "state":"retired","retired":"2026-11-25T08:00:00Z","keepPublishedUntil":"2026-12-02T08:00:00Z"
          signing-key-delete    | 204 |
          queue-list            | 200 | "destination":"far.example"
          queue-get             | 200 | "status":"deferred"
          queue-retry           | 200 | "nextAttempt":"2026-11-25T08:00:00Z"
          queue-hold            | 200 | "status":"held"
          queue-release         | 200 | "status":"deferred"
          queue-delete          | 204 |
          queue-reroute         | 200 | "route":"other.example:2525","actions":[{"at":"2026-11-25T08:00:00Z","action":"rerouted","by":"api","detail":"other.example:2525"}]
          queue-bulk            | 202 | "action":"delete","bounce":true,"filter":{"domain":"far.example","acceptedBefore":"2026-11-25T04:00:00Z"},"state":"running","total":0,"done":0,"failed":0}
          operation-get         | 200 | "state":"running","total":2,"done":0,"failed":0
          relay-get             | 200 | "trustedNetworks":["127.0.0.0/8"
          relay-put             | 200 | "smartHost":"smart.example:587"
          relay-put-login       | 200 | "smartHost":{"host":"smart.example:587","username":"skypost","hasPassword":true,"tls":"required"}
          relay-put-rules       | 200 | "rules":[{"name":"the boss's secretary","user":"ann@local.example","as":"boss@local.example","action":"allow"}
          relay-put-retries     | 200 | "retries":[{"to":"relay.example","maxAge":"PT720H"},{"to":"*.slow.example","retrySchedule":["PT0S","PT15M","PT2H"]}]
          relay-put-outdated    | 412 | "title":"Precondition Failed"
          relay-patch           | 200 | "trustedNetworks"
          relay-delete          | 204 |
          relay-explain         | 200 | "rule":"relay-denied","reply":"550 5.7.1 relay access denied"
          openapi               | 200 | "openapi"
          unauthorized          | 401 | "title":"Unauthorized"
          not-found             | 404 | "title":"Not Found"
          method-not-allowed    | 405 | POST is not possible here
          bad-json              | 400 | at line 1, column
          bad-members           | 400 | "field":"pasword"
          wrong-type            | 415 | application/json
          """)
  void anEventIsAnswered(String name, int status, String part) throws IOException {
    World.Answer answer =
        World.seeded().call(Files.readAllBytes(EVENTS.resolve("api-" + name + ".json")));

    assertThat(answer.status()).as(answer.body()).isEqualTo(status);
    if (part == null) {
      assertThat(answer.body()).isEmpty();
    } else {
      assertThat(answer.body()).contains(part);
    }
    OpenApi.read().assertDescribes(request(name), answer);
  }

  @Test
  void everyEventIsRun() throws IOException {
    List<String> run =
        Stream.of(ApiEventsTest.class.getDeclaredMethods())
            .flatMap(method -> Stream.ofNullable(method.getAnnotation(CsvSource.class)))
            .flatMap(source -> source.textBlock().lines())
            .map(line -> line.split("\\|")[0].strip())
            .toList();
    try (Stream<Path> files = Files.list(EVENTS)) {
      List<String> present =
          files
              .map(file -> file.getFileName().toString())
              .filter(file -> file.startsWith("api-"))
              .map(file -> file.replaceAll("^api-|\\.json$", ""))
              .toList();
      assertThat(present).containsExactlyInAnyOrderElementsOf(run);
    }
  }

  @Test
  void everyRouteHasAnEvent() throws IOException {
    Router router = new Router(World.empty().handler.routes());
    Map<String, Boolean> shown = new TreeMap<>();
    router.routes().forEach(route -> shown.put(route.method() + " " + route.template(), false));
    try (Stream<Path> files = Files.list(EVENTS)) {
      for (Path file :
          files.filter(each -> each.getFileName().toString().startsWith("api-")).toList()) {
        OpenApi.Call call = request(file.getFileName().toString().replaceAll("^api-|\\.json$", ""));
        if (router.match(call.method(), call.path())
            instanceof Router.Match.Found(Route route, var path)) {
          shown.put(route.method() + " " + route.template(), true);
        }
      }
    }
    assertThat(shown).doesNotContainValue(false);
  }

  private static OpenApi.Call request(String name) throws IOException {
    Map<String, Object> event =
        JSON.std.mapFrom(Files.readAllBytes(EVENTS.resolve("api-" + name + ".json")));
    Map<?, ?> http = (Map<?, ?>) ((Map<?, ?>) event.get("requestContext")).get("http");
    return new OpenApi.Call((String) http.get("method"), (String) event.get("rawPath"));
  }
}
