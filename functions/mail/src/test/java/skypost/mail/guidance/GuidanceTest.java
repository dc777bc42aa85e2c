package skypost.mail.guidance;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import skypost.mail.auth.Zone;
import skypost.mail.directory.HostPort;
import skypost.mail.guidance.AdvisedRecord.Purpose;
import skypost.mail.guidance.AdvisedRecord.Type;
import skypost.mail.guidance.Finding.Status;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.LocalKeyVault;
import skypost.mail.signing.MakeSigningPair;
import skypost.mail.signing.SigningPair;
import skypost.mail.signing.SigningPair.State;

/** What is advised, published as it is, is fine; and each mistake is told. */
class GuidanceTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final OutboundHost HOST =
      new OutboundHost(
          "mx.host.example",
          "out.host.example",
          List.of(InetAddress.ofLiteral("198.51.100.7"), InetAddress.ofLiteral("2001:db8:7::1")));

  private static DomainKeys made;

  private DomainKeys keys;
  private Zone zone = Zone.of("");
  private String policy = "version: STSv1\nmode: testing\nmx: mx.host.example\nmax_age: 604800\n";

  @BeforeAll
  static void makeKeys() throws IOException {
    DomainKeys keys = DomainKeys.none("d.example");
    var make =
        new MakeSigningPair(
            new LocalKeyVault(new byte[LocalKeyVault.KEY_OCTETS], new SecureRandom()),
            new SecureRandom());
    SigningPair active = make.make(keys, NOW).in(new State.Active(NOW));
    keys = keys.with(active);
    made = keys.with(make.make(keys, NOW));
  }

  @BeforeEach
  void takeKeys() {
    keys = made;
  }

  private AdviseDns.Subject subject(Optional<HostPort> smartHost) {
    return new AdviseDns.Subject(keys, smartHost);
  }

  private DnsAdvice advice() {
    return new AdviseDns(HOST).advise(subject(Optional.empty()), NOW);
  }

  /** Publishes all that is advised, but for some, and what hosts have of their own. */
  private void publish(Purpose... without) {
    zone = Zone.of("");
    for (AdvisedRecord record : advice().records()) {
      if (!List.of(without).contains(record.purpose())) {
        zone.add(record.name() + " " + record.type() + " " + record.data());
      }
    }
    zone.add("mx.host.example A 203.0.113.5");
    zone.add("out.host.example A 198.51.100.7");
    zone.add("out.host.example AAAA 2001:db8:7::1");
    zone.add("7.100.51.198.in-addr.arpa PTR out.host.example");
    zone.add(
        "1.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.7.0.0.0.8.B.D.0.1.0.0.2.ip6.arpa PTR out.host.example");
  }

  private CheckDns check() {
    return new CheckDns(zone, _ -> policy, HOST);
  }

  private List<Finding> findings() {
    return check().check(subject(Optional.empty()), advice());
  }

  private Finding finding(Purpose purpose) {
    return findings().stream()
        .filter(finding -> finding.purpose() == purpose)
        .findFirst()
        .orElseThrow();
  }

  @Test
  void whatIsAdvisedIsFine() {
    publish();

    assertThat(findings()).allMatch(finding -> finding.status() == Status.FINE);
    assertThat(findings().stream().map(Finding::purpose).distinct())
        .containsExactly(
            Purpose.MX,
            Purpose.SPF,
            Purpose.REVERSE,
            Purpose.DKIM,
            Purpose.DMARC,
            Purpose.MTA_STS,
            Purpose.TLS_RPT,
            Purpose.CLIENTS);
    assertThat(check().isPublished("d.example", keys.pairs().getLast())).isTrue();
  }

  @Test
  void whatIsNotPublishedIsMissing() {
    zone = Zone.of("d.example EMPTY");

    assertThat(findings()).allMatch(finding -> finding.status() == Status.MISSING);
    assertThat(check().isPublished("d.example", keys.pairs().getLast())).isFalse();
  }

  @Test
  void aServerThatFailsIsUnknown() {
    zone = Zone.of("");
    advice().records().forEach(record -> zone.add(record.name() + " FAILS"));

    assertThat(findings().stream().filter(each -> each.purpose() != Purpose.REVERSE))
        .allMatch(finding -> finding.status() == Status.UNKNOWN);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          MX      | d.example MX 10 other.example                  | WRONG   | other.example has no address
          MX      | d.example MX 10 out.host.example               | WRONG   | mail goes elsewhere
          MX      | d.example MX 0 .                               | WRONG   | takes no mail
          MX      | d.example TXT x                                | MISSING | no MX record
          SPF     | d.example TXT v=spf1 +all                      | WRONG   | lets everybody send
          SPF     | d.example TXT v=spf1 ip4:198.51.100.7 -all     | WRONG   | 2001:db8:7::1, which gets fail
          SPF     | d.example TXT v=spf1 a:mx.host.example ~all    | WRONG   | 198.51.100.7, which gets softfail
          SPF     | d.example TXT v=spf1 ipv4:198.51.100.7 -all    | WRONG   | not a term of SPF
          SPF     | d.example TXT v=spf1 include:nowhere.example -all | WRONG | nowhere.example which has no SPF record
          SPF     | d.example TXT v=spf1 a:out.host.example -all   | FINE    | lets our addresses send
          SPF     | d.example TXT v=spf1 redirect=slow.example     | UNKNOWN | does not answer
          DMARC   | _dmarc.d.example TXT v=DMARC1                  | WRONG   | p is missing
          DMARC   | _dmarc.d.example TXT v=DMARC1; p=nothing       | WRONG   | p=nothing is not valid
          DMARC   | _dmarc.d.example TXT v=DMARC1; p=none; p=none  | WRONG   | p is there twice
          DMARC   | _dmarc.d.example TXT v=DMARC1; p=none; rua=me@d.example | WRONG | rua=me@d.example is not valid
          DMARC   | _dmarc.d.example TXT v=DMARC1; p=none; aspf=x  | WRONG   | aspf=x is not valid
          DMARC   | _dmarc.d.example TXT v=DMARC1; p=none; sp      | WRONG   | sp has no value
          DMARC   | _dmarc.d.example TXT p=none; v=DMARC1          | WRONG   | must begin with v=DMARC1
          DMARC   | _dmarc.d.example TXT v=DMARC1; p=none          | FINE    | which only watches; nobody gets reports
          DMARC   | _dmarc.d.example TXT v=DMARC1; p=reject; t=y; rua=mailto:a@b.example!10m | FINE | p=reject, in test (t=y)
          MTA_STS | _mta-sts.d.example TXT v=STSv1; id=a-b         | WRONG   | malformed
          TLS_RPT | _smtp._tls.d.example TXT v=TLSRPTv1            | WRONG   | without an address
          TLS_RPT | _smtp._tls.d.example TXT v=TLSRPTv1; rua=https://r.example/ | FINE | reports are sent
          CLIENTS | _submissions._tcp.d.example SRV 0 1 465 else.example | WRONG | 0 1 465 mx.host.example.
          """)
  void eachMistakeIsTold(Purpose purpose, String published, Status status, String why) {
    publish(purpose);
    zone.add("slow.example FAILS");
    zone.add(published);

    assertThat(finding(purpose).status()).as("%s", finding(purpose)).isEqualTo(status);
    assertThat(finding(purpose).why()).contains(why);
  }

  @Test
  void severalRecordsAreAMistake() {
    publish();
    zone.add("d.example TXT v=spf1 -all");
    zone.add("_dmarc.d.example TXT v=DMARC1; p=none");
    zone.add("_mta-sts.d.example TXT v=STSv1; id=2");
    zone.add(keys.pairs().getFirst().halves().getFirst().recordName("d.example") + " TXT x");

    for (Purpose purpose : List.of(Purpose.SPF, Purpose.DMARC, Purpose.MTA_STS, Purpose.DKIM)) {
      assertThat(finding(purpose).status()).as("%s", purpose).isEqualTo(Status.WRONG);
    }
  }

  @Test
  void anExchangerMustNotBeAnAlias() {
    publish();
    zone.add("mx.host.example CNAME real.example");

    assertThat(finding(Purpose.MX).why()).contains("mx.host.example is an alias (CNAME)");
  }

  @Test
  void aKeyIsComparedByItsValue() {
    publish(Purpose.DKIM);
    SigningPair.Half rsa = keys.pairs().getFirst().halves().getFirst();
    SigningPair.Half other = keys.pairs().getLast().halves().getFirst();
    String name = rsa.recordName("d.example") + " TXT ";
    zone.add(name + "k=rsa;p=" + rsa.publicKey().replaceAll("(.{40})", "$1 ") + ";n=as we like it");
    assertThat(finding(Purpose.DKIM).status()).isEqualTo(Status.FINE);

    Map<String, String> wrong =
        Map.of(
            "v=DKIM1; p=" + other.publicKey(),
            "another key",
            "v=DKIM1; p=",
            "revoked",
            "v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
            "of type ed25519",
            "v=DKIM1; k=rsa; h=sha1; p=" + rsa.publicKey(),
            "not for sha256",
            "v=spf1 -all",
            "not a key record");
    wrong.forEach((text, why) -> {
      publish(Purpose.DKIM);
      zone.add(name + text);
      assertThat(finding(Purpose.DKIM).status()).as(text).isEqualTo(Status.WRONG);
      assertThat(finding(Purpose.DKIM).why()).as(text).contains(why);
    });
  }

  @Test
  void anAddressMustHaveOurName() {
    publish();
    zone = Zone.of("7.100.51.198.in-addr.arpa PTR host-7.provider.example");

    assertThat(finding(Purpose.REVERSE).why()).isEqualTo("the name should be out.host.example");
    assertThat(finding(Purpose.REVERSE).status()).isEqualTo(Status.WRONG);
  }

  @Test
  void aPolicyCountsWhenItIsServedAndNamesUs() {
    publish();
    assertThat(advice().policy().file()).isEqualTo(policy);
    Map<String, String> wrong =
        Map.of(
            "version: STSv1\nmode: enforce\nmx: *.other.example\nmax_age: 9\n", "does not name",
            "<html>", "malformed");
    wrong.forEach((served, why) -> {
      policy = served;
      assertThat(finding(Purpose.MTA_STS).status()).isEqualTo(Status.WRONG);
      assertThat(finding(Purpose.MTA_STS).why()).contains(why);
    });
    var unserved =
        new CheckDns(
            zone,
            _ -> {
              throw new IOException("no such host");
            },
            HOST);
    assertThat(unserved.check(subject(Optional.empty()), advice()))
        .filteredOn(each -> each.purpose() == Purpose.MTA_STS)
        .extracting(Finding::why)
        .containsExactly("its policy cannot be had, so there is none: no such host");
  }

  @Test
  void withoutKeysNothingStrictIsAdvised() {
    keys = DomainKeys.none("d.example");
    publish();

    assertThat(texts(Purpose.DMARC)).first().asString().startsWith("v=DMARC1; p=none;");
    assertThat(advice().notes()).contains("mail is not signed yet: make a key");
    publish(Purpose.DMARC);
    zone.add("_dmarc.d.example TXT v=DMARC1; p=reject");
    assertThat(finding(Purpose.DMARC).status()).isEqualTo(Status.WRONG);
  }

  @Test
  void retiredKeysStayForAWeek() {
    SigningPair old = keys.pairs().getFirst();
    keys = keys.replacing(List.of(old.in(new State.Retired(NOW.minus(Duration.ofDays(7))))));
    assertThat(texts(Purpose.DKIM)).hasSize(4);

    keys =
        keys.replacing(
            List.of(old.in(new State.Retired(NOW.minus(Duration.ofDays(7)).minusSeconds(1)))));
    assertThat(texts(Purpose.DKIM)).hasSize(2);
    assertThat(advice().notes()).anyMatch(note -> note.contains(old.id()));
  }

  @Test
  void aSmartHostSpeaksForItself() {
    HostPort ses = new HostPort("email-smtp.eu-west-1.amazonaws.com", 587);
    DnsAdvice advice = new AdviseDns(HOST).advise(subject(Optional.of(ses)), NOW);
    publish(Purpose.SPF);
    zone.add("d.example TXT v=spf1 include:amazonses.com ~all");
    zone.add("amazonses.com TXT v=spf1 ip4:203.0.113.0/24 -all");
    Finding spf =
        check().check(subject(Optional.of(ses)), advice).stream()
            .filter(finding -> finding.purpose() == Purpose.SPF)
            .findFirst()
            .orElseThrow();

    assertThat(advice.records())
        .filteredOn(record -> record.purpose() == Purpose.SPF)
        .extracting(AdvisedRecord::data)
        .containsExactly("v=spf1 include:amazonses.com ~all");
    assertThat(spf.status()).isEqualTo(Status.UNKNOWN);
    assertThat(spf.why()).contains("for its operator to say");
  }

  @Test
  void withoutKnownAddressesTheNameSpeaks() {
    OutboundHost nameOnly = new OutboundHost("mx.host.example", "d.example", List.of());
    DnsAdvice advice = new AdviseDns(nameOnly).advise(subject(Optional.empty()), NOW);

    assertThat(advice.records())
        .filteredOn(record -> record.purpose() == Purpose.SPF)
        .extracting(AdvisedRecord::data)
        .containsExactly("v=spf1 a:d.example -all");
    OutboundHost within = new OutboundHost("mx.d.example", "mx.d.example", List.of());
    assertThat(new AdviseDns(within).advise(subject(Optional.empty()), NOW).records())
        .filteredOn(record -> record.purpose() == Purpose.HELO_SPF)
        .extracting(AdvisedRecord::name, AdvisedRecord::data)
        .containsExactly(org.assertj.core.groups.Tuple.tuple("mx.d.example", "v=spf1 a -all"));
  }

  private List<String> texts(Purpose purpose) {
    return advice().records().stream()
        .filter(record -> record.purpose() == purpose)
        .map(AdvisedRecord::data)
        .toList();
  }

  @Test
  void longTextsAreCutIntoStrings() {
    String quoted = ZoneText.quoted("a".repeat(255) + "b".repeat(255) + "c");

    assertThat(quoted).isEqualTo('"' + "a".repeat(255) + "\" \"" + "b".repeat(255) + "\" \"c\"");
    assertThat(ZoneText.quoted("")).isEqualTo("\"\"");
    assertThat(ZoneText.quoted("say \"hi\" \\ \u00e4")).isEqualTo("\"say \\\"hi\\\" \\\\ \\228\"");
    String zoneFile = ZoneText.zoneFile(advice());
    assertThat(zoneFile)
        .contains(
            "\nd.example. 3600 IN TXT \"v=spf1 ip4:198.51.100.7 ip6:2001:db8:7::1 -all\"\n",
            "\n_imaps._tcp.d.example. 3600 IN SRV 0 0 0 .\n");
    assertThat(zoneFile.lines().filter(line -> line.contains("k=rsa")))
        .hasSize(2)
        .allMatch(line -> line.matches(".* IN TXT \"[^\"]{255}\" \"[^\"]{1,255}\""));
  }

  /** What we write is read by another program's reader of zone files. */
  @Test
  void theZoneFileIsOne() throws IOException {
    try (var reader =
        new org.xbill.DNS.Master(
            new java.io.ByteArrayInputStream(
                ZoneText.zoneFile(advice())
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII)))) {
      int count = 0;
      for (var record = reader.nextRecord(); record != null; record = reader.nextRecord()) {
        count++;
      }
      assertThat(count).isEqualTo(advice().records().size());
    }
  }

  @Test
  void aChangeBatchKeepsWhatElseIsThere() {
    Map<String, Object> batch =
        ZoneText.changeBatch(advice(), List.of("site-verification=1", "\u00e4"));

    String text = batch.toString();
    assertThat(text)
        .contains(
            "{Action=UPSERT, ResourceRecordSet={Name=d.example., Type=TXT, TTL=3600, "
                + "ResourceRecords=[{Value=\"v=spf1 ip4:198.51.100.7 ip6:2001:db8:7::1 -all\"}, "
                + "{Value=\"site-verification=1\"}, {Value=\"\\344\"}]}}");
    List<?> changes = (List<?>) batch.get("Changes");
    assertThat(
            changes.stream()
                .map(change -> ((Map<?, ?>) change).get("ResourceRecordSet"))
                .map(set -> ((Map<?, ?>) set).get("Type") + " " + ((Map<?, ?>) set).get("Name"))
                .collect(Collectors.toSet()))
        .hasSameSizeAs(changes);
    assertThat(advice().records()).anyMatch(record -> record.type() == Type.SRV);
  }
}
