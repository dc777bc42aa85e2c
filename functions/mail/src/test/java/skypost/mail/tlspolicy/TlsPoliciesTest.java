package skypost.mail.tlspolicy;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.dns.Dns;
import skypost.mail.dns.MailExchangers;
import skypost.mail.dns.SecureDns;
import skypost.mail.dns.SignedDns;
import skypost.mail.dns.TestDns;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryKeptPolicies;
import skypost.mail.memory.InMemorySmartHostPasswords;
import skypost.mail.memory.InMemoryTlsReports;
import skypost.mail.send.Courier;
import skypost.mail.send.DirectoryRoutes;
import skypost.mail.send.RememberedDirectory;
import skypost.mail.send.Route;
import skypost.mail.send.SmartHostWays;
import skypost.mail.send.SmtpCourier;
import skypost.mail.tls.SelfSignedCertificate;
import skypost.mail.tls.TestAuthority;
import skypost.mail.tls.TrustedRoots;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.net.TestTls;
import skypost.protocol.net.TlsContexts;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.FakeMx;
import skypost.protocol.smtp.client.Outcome;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.Timeouts;
import skypost.protocol.smtp.client.Transaction;

/**
 * From a domain to its server and what it took: real DNS, real HTTPS, real TLS, all on loopback.
 * The server is {@code mx.test}, as its certificate says.
 */
class TlsPoliciesTest {
  private static final String ENFORCE =
      "version: STSv1\nmode: enforce\nmx: mx.test\nmax_age: 604800\n";
  private static final Courier.Patience PATIENCE =
      new Courier.Patience(Duration.ofMinutes(2), Duration.ofMinutes(1), Duration.ZERO);
  private static final LocalDate DAY = LocalDate.of(2026, 11, 25);
  private static final String[] WITH_TLS = {"PIPELINING", "STARTTLS"};

  private final SelfSignedCertificate policyHost =
      SelfSignedCertificate.generate("mta-sts.there.example", Instant.now());
  private final AtomicInteger fetches = new AtomicInteger();
  private final CountingPolicies kept = new CountingPolicies();
  private final InMemoryTlsReports reports = new InMemoryTlsReports();
  private CountTlsSessions sessions;
  private FakeMx mx;
  private TestDns dns;
  private HttpsServer https;
  private SSLContext trusted;
  private volatile String published = ENFORCE;
  private volatile int status = 200;

  @BeforeEach
  void start() throws Exception {
    mx = FakeMx.start("127.0.0.1", 0).offers(WITH_TLS);
    dns = TestDns.start();
    dns.add("there.example", "MX", "10 mx.test.")
        .add("mx.test", "A", "127.0.0.1")
        .add("mta-sts.there.example", "A", "127.0.0.1");
    dns.add("_smtp._tls.there.example", "TXT", "\"v=TLSRPTv1; rua=mailto:tls@there.example\"");
    sessions =
        new CountTlsSessions(
            Dns.at(Optional.of(dns.address()))::texts,
            reports,
            Clock.fixed(DAY.atTime(23, 59).toInstant(ZoneOffset.UTC), ZoneOffset.UTC));
    https = HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    https.setHttpsConfigurator(
        new HttpsConfigurator(TlsContexts.server(policyHost.certificate(), policyHost.key())));
    https.createContext(
        "/.well-known/mta-sts.txt",
        exchange -> {
          fetches.incrementAndGet();
          byte[] body = published.getBytes(StandardCharsets.US_ASCII);
          exchange.getResponseHeaders().add("Content-Type", "text/plain");
          exchange.getResponseHeaders().add("Location", "https://elsewhere.example/");
          exchange.sendResponseHeaders(status, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    https.start();
    trusted = TrustedRoots.context(policyHost.certificate() + certificateOfMx());
  }

  @AfterEach
  void stop() throws IOException {
    mx.close();
    dns.close();
    https.stop(0);
  }

  private static String certificateOfMx() throws IOException {
    try (InputStream in = TestTls.class.getResourceAsStream("/tls/test-certificate.pem")) {
      return new String(in.readAllBytes(), StandardCharsets.US_ASCII);
    }
  }

  private static final class CountingPolicies implements KeptPolicies {
    private final InMemoryKeptPolicies policies = new InMemoryKeptPolicies();
    private int reads;
    private int writes;

    @Override
    public Optional<KeptPolicy> find(String domain, Instant now) {
      reads++;
      return policies.find(domain, now);
    }

    @Override
    public void keep(String domain, KeptPolicy policy) {
      writes++;
      policies.keep(domain, policy);
    }
  }

  private MailExchangers exchangers() {
    return new MailExchangers(Dns.at(Optional.of(dns.address())), Set.of(), new Random(1));
  }

  /** As a function that has just started. */
  private MtaSts sts() {
    return new MtaSts(
        Dns.at(Optional.of(dns.address())),
        new HttpsPolicyFiles(exchangers(), trusted, https.getAddress().getPort()),
        kept,
        Clock.systemUTC());
  }

  private TlsPolicies policies() {
    return new TlsPolicies(Optional.empty(), Optional.of(sts()), trusted).counting(sessions);
  }

  private Courier.Delivery deliver(TlsPolicies policies, TlsWish wish) throws IOException {
    var outbound =
        new DirectoryRoutes.Outbound(
            new SmartHostWays(
                Optional.empty(),
                new InMemorySmartHostPasswords(Clock.systemUTC()),
                TestTls.client()),
            mx.port(),
            policies);
    Route route =
        new DirectoryRoutes(
                new RememberedDirectory(new InMemoryDirectory(), Clock.systemUTC()),
                exchangers(),
                outbound)
            .to("there.example", Optional.empty(), Optional.empty(), wish);
    return switch (route) {
      case Route.Through through -> throw new AssertionError("no smart host is set: " + through);
      case Route.Via(var hops, var applied) -> {
        Courier.Delivery made =
            new SmtpCourier(new SmtpClient("mx.us.example", Timeouts.all(Duration.ofSeconds(5))))
                .deliver(hops, transaction(wish), PATIENCE);
        sessions.count(applied, made.handshakes());
        yield made;
      }
      case Route.Later(SmtpReply reply) -> nobody(new Outcome.Deferred(reply));
      case Route.Never(SmtpReply reply) -> nobody(new Outcome.Failed(reply));
    };
  }

  private static Courier.Delivery nobody(Outcome outcome) {
    return new Courier.Delivery(List.of(new Courier.Result(outcome, Optional.empty())), "", "");
  }

  private static Transaction transaction(TlsWish wish) {
    byte[] text = "Subject: hello\r\n\r\nbody\r\n".getBytes(StandardCharsets.US_ASCII);
    Transaction.Content content =
        new Transaction.Content() {
          @Override
          public long size() {
            return text.length;
          }

          @Override
          public boolean isEightBit() {
            return false;
          }

          @Override
          public boolean hasUtf8Headers() {
            return false;
          }

          @Override
          public InputStream open() {
            return new ByteArrayInputStream(text);
          }
        };
    return new Transaction(
        Optional.empty(),
        wish == TlsWish.REQUIRED ? Map.of("REQUIRETLS", "") : Map.of(),
        List.of(new Transaction.Recipient(new EmailAddress("bob", "there.example"), Map.of())),
        content);
  }

  private void announce(String id) {
    dns.remove("_mta-sts.there.example")
        .add("_mta-sts.there.example", "TXT", "\"v=STSv1; \" \"id=" + id + ";\"");
  }

  /** What is counted: {@code sts mx.test starttls-not-supported 2}. */
  private List<String> counted() {
    sessions.write();
    return reports.list(DAY, 10, Optional.empty()).items().stream()
        .flatMap(each -> each.counts().entrySet().stream())
        .map(each -> counted(each.getKey()) + " " + each.getValue())
        .toList();
  }

  private static String counted(TlsSession session) {
    return session.policy().type().label()
        + " "
        + session.mx()
        + " "
        + session.failure().map(TlsResult::label).orElse("success");
  }

  private void assertDelivered(Courier.Delivery delivery, String tls) {
    assertThat(delivery.results().getFirst().outcome().reply().code()).isEqualTo(250);
    assertThat(delivery.tls()).contains(tls);
    assertThat(mx.received()).hasSize(1);
  }

  private void assertDeferred(Courier.Delivery delivery, String words) {
    assertThat(delivery.results().getFirst().outcome()).isInstanceOf(Outcome.Deferred.class);
    assertThat(delivery.results().getFirst().outcome().reply().toString()).contains(words);
    assertThat(mx.received()).isEmpty();
  }

  private void assertFailed(Courier.Delivery delivery, String words) {
    assertThat(delivery.results().getFirst().outcome()).isInstanceOf(Outcome.Failed.class);
    assertThat(delivery.results().getFirst().outcome().reply().toString()).contains(words);
    assertThat(mx.received()).isEmpty();
  }

  @Nested
  class MtaStsTest {
    @Test
    void aServerThatCompliesGetsTheMessageAndTheAttemptSaysUnderWhichPolicy() throws IOException {
      announce("1");
      assertDelivered(deliver(policies(), TlsWish.USUAL), "(MTA-STS of there.example)");
      assertThat(mx.received().getFirst().tls()).isTrue();
    }

    @Test
    void aServerThatThePolicyDoesNotNameGetsNothing() throws IOException {
      announce("1");
      published = ENFORCE.replace("mx.test", "*.mx.test");
      assertDeferred(deliver(policies(), TlsWish.USUAL), "4.7.5");
    }

    @Test
    void aServerWithoutTlsGetsNothing() throws IOException {
      announce("1");
      mx.offers("PIPELINING");
      assertDeferred(deliver(policies(), TlsWish.USUAL), "MTA-STS of there.example");
    }

    @Test
    void aServerWhoseCertificateNobodyVouchesForGetsNothing() throws Exception {
      announce("1");
      trusted = TrustedRoots.context(policyHost.certificate());
      assertDeferred(deliver(policies(), TlsWish.USUAL), "4.7.5");
    }

    @ParameterizedTest
    @ValueSource(strings = {"testing", "none"})
    void otherModesDemandNothing(String mode) throws IOException {
      announce("1");
      published = ENFORCE.replace("enforce", mode).replace("mx.test", "other.test");
      mx.offers("PIPELINING");
      assertDelivered(deliver(policies(), TlsWish.USUAL), "");
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 404, 500})
    void withoutAFileThereIsNoPolicy(int answer) throws IOException {
      announce("1");
      status = answer;
      mx.offers("PIPELINING");
      assertDelivered(deliver(policies(), TlsWish.USUAL), "");
      assertThat(kept.writes).isZero();
    }

    @Test
    void aFileFromSomebodyElseIsNone() throws Exception {
      announce("1");
      trusted = TrustedRoots.context(certificateOfMx());
      mx.offers("PIPELINING");
      assertDelivered(deliver(policies(), TlsWish.USUAL), "");
    }

    @Test
    void whatWasKeptHoldsWhenDnsAndHttpsAreSilenced() throws IOException { // a downgrade attack
      announce("1");
      sts().look("there.example");
      dns.remove("_mta-sts.there.example").fails("_mta-sts.there.example");
      status = 404;
      mx.offers("PIPELINING");
      assertDeferred(deliver(policies(), TlsWish.USUAL), "MTA-STS of there.example");
    }

    @Test
    void aNewIdIsFetchedAndAnOldPolicyHoldsUntilItIs() throws IOException {
      announce("1");
      sts().look("there.example");
      announce("2");
      status = 500;
      assertThat(sts().look("there.example").policy().orElseThrow().mode())
          .isEqualTo(StsPolicy.Mode.ENFORCE);
      status = 200;
      published = "version: STSv1\nmode: none\nmax_age: 60\n";
      assertThat(sts().look("there.example").policy().orElseThrow().mode())
          .isEqualTo(StsPolicy.Mode.NONE);
    }

    @Test
    void aPolicyIsFetchedOnce() throws IOException {
      announce("1");
      MtaSts sts = sts();
      sts.look("there.example");
      sts.look("there.example");
      sts().look("there.example");
      assertThat(fetches).hasValue(1);
      assertThat(kept.writes).isEqualTo(1);
    }

    @Test
    void aDomainWithoutPolicyCostsOneReadAndNoWrite() throws IOException {
      MtaSts sts = sts();
      for (int i = 0; i < 5; i++) {
        assertThat(sts.look("there.example").policy()).isEmpty();
      }
      assertThat(kept.reads).isEqualTo(1);
      assertThat(kept.writes).isZero();
    }

    @Test
    void aSenderToWhomDeliveryMattersMoreGetsIt() throws IOException { // RFC 8689 section 3
      announce("1");
      mx.offers("PIPELINING");
      assertDelivered(deliver(policies(), TlsWish.OPTIONAL), "");
    }
  }

  /** RFC 8460. */
  @Nested
  class CountsTest {
    @Test
    void sessionsAreCountedByWhatTheyCameTo() throws IOException {
      announce("1");
      deliver(policies(), TlsWish.USUAL);
      deliver(policies(), TlsWish.USUAL);
      mx.offers("PIPELINING");
      deliver(policies(), TlsWish.USUAL);

      assertThat(counted())
          .containsExactlyInAnyOrder(
              "sts mx.test success 2", "sts mx.test starttls-not-supported 1");
      TlsSession any =
          reports.list(DAY, 1, Optional.empty()).items().getFirst().counts().keySet().stream()
              .findFirst()
              .orElseThrow();
      assertThat(any.policy().strings())
          .containsExactly("version: STSv1", "mode: enforce", "mx: mx.test", "max_age: 604800");
      assertThat(any.policy().mx()).containsExactly("mx.test");
    }

    @Test
    void anAuthorityThatIsNotTrusted() throws IOException {
      announce("1");
      trusted = TrustedRoots.context(policyHost.certificate());
      deliver(policies(), TlsWish.USUAL);
      assertThat(counted()).containsExactly("sts mx.test certificate-not-trusted 1");
    }

    @Test
    void aCertificateOfAnotherName() throws IOException {
      announce("1");
      published = ENFORCE.replace("mx.test", "mx.there.example");
      dns.remove("there.example")
          .add("there.example", "MX", "10 mx.there.example.")
          .add("mx.there.example", "A", "127.0.0.1");
      deliver(policies(), TlsWish.USUAL);
      assertThat(counted()).containsExactly("sts mx.there.example certificate-host-mismatch 1");
    }

    @Test
    void aServerThatThePolicyDoesNotName() throws IOException {
      announce("1");
      published = ENFORCE.replace("mx.test", "other.test");
      deliver(policies(), TlsWish.USUAL);
      assertThat(counted()).containsExactly("sts mx.test validation-failure 1");
    }

    @Test
    void inModeTestingWhatWouldFailIsCountedAndMailGoesAllTheSame() throws IOException {
      announce("1");
      published = ENFORCE.replace("enforce", "testing");
      TestAuthority nobody = TestAuthority.root("nobody's");
      TestAuthority ours = TestAuthority.root("ours");
      String roots = policyHost.certificate() + certificateOfMx() + ours.pem();
      trusted = TrustedRoots.context(roots);
      TlsPolicies looking = policies().examining(new CertificateCheck(TrustedRoots.manager(roots)));
      deliver(looking, TlsWish.USUAL);
      mx.shows(nobody.server("mx.test"));
      deliver(looking, TlsWish.USUAL);
      mx.shows(ours.server("other.test"));
      deliver(looking, TlsWish.USUAL);
      mx.shows(ours.server("mx.test", Instant.now().minusSeconds(3600)));
      deliver(looking, TlsWish.USUAL);
      mx.shows(ours.server("*.test"));
      deliver(looking, TlsWish.USUAL);
      mx.offers("PIPELINING");
      deliver(looking, TlsWish.USUAL);

      assertThat(mx.received()).hasSize(6);
      assertThat(counted())
          .containsExactlyInAnyOrder(
              "sts mx.test success 2",
              "sts mx.test certificate-not-trusted 1",
              "sts mx.test certificate-host-mismatch 1",
              "sts mx.test certificate-expired 1",
              "sts mx.test starttls-not-supported 1");
    }

    @Test
    void aReportSaysWhyAHandshakeFailed() throws IOException {
      announce("1");
      mx.shows(TestAuthority.root("nobody's").server("mx.test"));
      deliver(policies(), TlsWish.USUAL);
      sessions.write();

      TlsSession broken =
          reports.list(DAY, 1, Optional.empty()).items().getFirst().counts().keySet().stream()
              .filter(each -> each.failure().isPresent())
              .findFirst()
              .orElseThrow();
      assertThat(broken.reason()).contains("certification path").matches("[ -~]{1,100}");
    }

    @Test
    void inModeTestingWhereNobodyLooksTlsWithAnybodyIsNoSuccess() throws IOException {
      announce("1");
      published = ENFORCE.replace("enforce", "testing");
      assertDelivered(deliver(policies(), TlsWish.USUAL), "TLS");
      assertThat(counted()).isEmpty();
      mx.offers("PIPELINING");
      deliver(policies(), TlsWish.USUAL);
      assertThat(mx.received()).hasSize(2);
      assertThat(counted()).containsExactly("sts mx.test starttls-not-supported 1");
    }

    @Test
    void withoutPolicyOpportunitiesAreCounted() throws IOException {
      deliver(policies(), TlsWish.USUAL);
      mx.always("STARTTLS", FakeMx.raw("220 go ahead\r\nwhat is this\r\n"));
      deliver(policies(), TlsWish.USUAL);
      assertThat(mx.received()).hasSize(2);
      assertThat(counted())
          .containsExactlyInAnyOrder(
              "no-policy-found mx.test success 1", "no-policy-found mx.test validation-failure 1");
    }

    @ParameterizedTest
    @CsvSource({
      "404, version: STSv1, sts-policy-fetch-error",
      "200, version: STSv1, sts-policy-invalid"
    })
    void aPolicyThatIsNotToBeHad(int answer, String file, String result) throws IOException {
      announce("1");
      status = answer;
      published = file;
      deliver(policies(), TlsWish.USUAL);
      assertThat(counted()).contains("sts  " + result + " 1", "no-policy-found mx.test success 1");
    }

    @Test
    void aPolicyHostThatIsNotToBeBelieved() throws IOException {
      announce("1");
      trusted = TrustedRoots.context(certificateOfMx());
      deliver(policies(), TlsWish.USUAL);
      assertThat(counted()).contains("sts  sts-webpki-invalid 1");
    }

    @Test
    void whatSendersDemandSaysNothingOfTheDomain() throws IOException {
      mx.offers("PIPELINING");
      deliver(policies(), TlsWish.OPTIONAL);
      deliver(policies(), TlsWish.REQUIRED);
      assertThat(counted()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "v=TLSRPTv1",
          "v=TLSRPTv2; rua=mailto:tls@there.example",
          "v=TLSRPTv1; rua=ftp://there.example",
          "v=TLSRPTv1; ruf=mailto:tls@there.example"
        })
    void whoDoesNotAskIsNotCounted(String record) throws IOException {
      dns.remove("_smtp._tls.there.example");
      dns.add("_smtp._tls.there.example", "TXT", "\"" + record + "\"");
      deliver(policies(), TlsWish.USUAL);
      assertThat(counted()).isEmpty();
    }

    @Test
    void aDomainWhoseDnsFailsIsNotCounted() throws IOException {
      dns.remove("_smtp._tls.there.example").fails("_smtp._tls.there.example");
      assertDelivered(deliver(policies(), TlsWish.USUAL), "TLS");
      assertThat(counted()).isEmpty();
    }

    @Test
    void expiredCertificatesAreToldFromOthers() {
      var expired =
          new CertPathValidatorException(
              "validity check failed", null, null, -1, BasicReason.EXPIRED);
      var fault = new SSLHandshakeException("(certificate_expired)");
      fault.initCause(expired);
      assertThat(TlsResult.ofHandshake(fault, AppliedPolicy.Type.STS))
          .isEqualTo(TlsResult.CERTIFICATE_EXPIRED);
    }
  }

  @Nested
  class RequireTlsTest {
    @Test
    void theParameterGoesAlong() throws IOException {
      announce("1");
      mx.offers("STARTTLS", "REQUIRETLS");
      assertDelivered(deliver(policies(), TlsWish.REQUIRED), "MTA-STS");
      assertThat(mx.received().getFirst().mail()).contains(" REQUIRETLS");
    }

    @Test
    void aServerThatDoesNotKnowItGetsNothing() throws IOException {
      announce("1");
      assertFailed(deliver(policies(), TlsWish.REQUIRED), "5.7.30");
    }

    @Test
    void aServerWhoseNameNobodyVouchesForGetsNothing() throws IOException {
      mx.offers("STARTTLS", "REQUIRETLS");
      assertFailed(deliver(policies(), TlsWish.REQUIRED), "5.7.30");
    }
  }

  @Nested
  class DaneTest {
    private SignedDns signed;

    @BeforeEach
    void start() throws IOException {
      signed = SignedDns.start();
      signed.add("there.example", "MX", "10 mx.test.").add("mx.test", "A", "127.0.0.1");
    }

    @AfterEach
    void stop() {
      signed.close();
    }

    private TlsPolicies dane() throws IOException {
      SecureDns secure = new SecureDns(signed.resolver(), signed.anchors(), Clock.systemUTC());
      return new TlsPolicies(
              Optional.of(new Dane(secure, mx.port(), Clock.systemUTC())),
              Optional.of(sts()),
              trusted)
          .counting(sessions);
    }

    private void tlsa(String data) {
      signed.add("_" + mx.port() + "._tcp.mx.test", "TLSA", data);
    }

    private static X509Certificate certificate() throws Exception {
      return (X509Certificate)
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(certificateOfMx().getBytes(StandardCharsets.US_ASCII)));
    }

    private static String hash(String algorithm, byte[] octets) throws Exception {
      return HexFormat.of().formatHex(MessageDigest.getInstance(algorithm).digest(octets));
    }

    @Test
    void aCertificateThatTheRecordNamesIsBelieved() throws Exception {
      trusted = TestTls.client();
      tlsa("3 1 1 " + hash("SHA-256", certificate().getPublicKey().getEncoded()));
      assertDelivered(deliver(dane(), TlsWish.USUAL), "(DANE of mx.test)");
    }

    @Test
    void anyOtherIsNot() throws Exception {
      tlsa("3 1 1 " + "00".repeat(32));
      assertDeferred(deliver(dane(), TlsWish.USUAL), "DANE of mx.test");
      assertThat(counted()).containsExactly("tlsa mx.test tlsa-invalid 1");
    }

    @Test
    void aServerWithRecordsAndWithoutTlsGetsNothing() throws Exception {
      mx.offers("PIPELINING");
      tlsa("3 0 2 " + hash("SHA-512", certificate().getEncoded()));
      assertDeferred(deliver(dane(), TlsWish.USUAL), "DANE of mx.test");
    }

    @Test
    void daneGoesBeforeMtaSts() throws Exception { // RFC 8461 section 2
      announce("1");
      published = ENFORCE.replace("mx.test", "other.test");
      tlsa("3 0 1 " + hash("SHA-256", certificate().getEncoded()));
      assertDelivered(deliver(dane(), TlsWish.USUAL), "(DANE of mx.test)");
    }

    @Test
    void unusableRecordsDemandEncryptionAlone() throws Exception { // RFC 7672 section 3.1.3
      tlsa("1 1 1 " + "00".repeat(32));
      assertDelivered(deliver(dane(), TlsWish.USUAL), "(DANE of mx.test)");
      mx.offers("PIPELINING");
      assertThat(deliver(dane(), TlsWish.USUAL).results().getFirst().outcome())
          .isInstanceOf(Outcome.Deferred.class);
    }

    @Test
    void whereNothingIsPublishedNothingIsDemanded() throws Exception {
      mx.offers("PIPELINING");
      assertDelivered(deliver(dane(), TlsWish.USUAL), "");
    }

    @Test
    void aForgedAnswerStopsTheMail() throws Exception {
      tlsa("3 1 1 " + "00".repeat(32));
      signed.forged("_" + mx.port() + "._tcp.mx.test");
      assertDeferred(deliver(dane(), TlsWish.USUAL), "cannot be validated");
      assertThat(counted()).containsExactly("tlsa mx.test dnssec-invalid 1");
    }

    @Test
    void forgedExchangersStopTheMail() throws Exception {
      signed.forged("there.example");
      assertDeferred(deliver(dane(), TlsWish.USUAL), "cannot be validated");
    }

    /** The list of servers comes without DNSSEC: what it names must be in the one that has it. */
    @Test
    void aServerThatTheValidatedRecordsDoNotNameGetsNothingWhateverItPublishes() throws Exception {
      dns.remove("there.example")
          .add("there.example", "MX", "10 evil.test.")
          .add("evil.test", "A", "127.0.0.1");
      signed
          .add("evil.test", "A", "127.0.0.1")
          .add(
              "_" + mx.port() + "._tcp.evil.test",
              "TLSA",
              "3 1 1 " + hash("SHA-256", certificate().getPublicKey().getEncoded()));
      assertDeferred(deliver(dane(), TlsWish.USUAL), "is not in the validated MX records");
      assertThat(counted()).containsExactly("tlsa evil.test dnssec-invalid 1");
    }

    @Test
    void recordsOfAnUnsignedDomainSayNothing() throws Exception {
      signed.unsigned("test");
      tlsa("3 1 1 " + "00".repeat(32));
      assertDelivered(deliver(dane(), TlsWish.USUAL), "");
    }

    @Test
    void aResolverThatStripsSignaturesStopsNoMail() throws Exception {
      tlsa("3 1 1 " + "00".repeat(32));
      signed.stripping();
      assertDelivered(deliver(dane(), TlsWish.USUAL), "");
    }

    /** RFC 7672 section 3.1.2: the authority is in the chain that the server shows. */
    @Test
    void anAuthorityThatTheRecordNamesVouchesForItsServers() throws Exception {
      TestAuthority between = TestAuthority.root("root").below("between");
      tlsa("2 1 1 " + hash("SHA-256", between.certificate().getPublicKey().getEncoded()));
      mx.shows(between.server("mx.test"));
      assertDelivered(deliver(dane(), TlsWish.USUAL), "(DANE of mx.test)");
    }

    @Test
    void anAuthorityHigherUpDoesTooAndMayBeGivenInFull() throws Exception {
      TestAuthority root = TestAuthority.root("root"); // which the server does not show
      tlsa("2 0 0 " + HexFormat.of().formatHex(root.certificate().getEncoded()));
      mx.shows(root.below("between").server("there.example"));
      assertDelivered(deliver(dane(), TlsWish.USUAL), "(DANE of mx.test)");
    }

    @Test
    void ofAnotherAuthorityOrNameOrTooOldAreNot() throws Exception {
      TestAuthority between = TestAuthority.root("root").below("between");
      tlsa("2 1 1 " + hash("SHA-256", between.certificate().getPublicKey().getEncoded()));
      mx.shows(TestAuthority.root("root").below("between").server("mx.test"));
      assertDeferred(deliver(dane(), TlsWish.USUAL), "DANE of mx.test");
      mx.shows(between.server("other.test"));
      assertDeferred(deliver(dane(), TlsWish.USUAL), "DANE of mx.test");
      mx.shows(between.server("mx.test", Instant.now().minusSeconds(3600)));
      assertDeferred(deliver(dane(), TlsWish.USUAL), "DANE of mx.test");
      assertThat(counted()).containsExactly("tlsa mx.test tlsa-invalid 3");
    }

    /** RFC 7672 section 2.2.3. */
    @Test
    void recordsOfWhatTheServersNameIsAnAliasOfGoFirst() throws Exception {
      alias("real.test");
      signed.add("real.test", "A", "127.0.0.1");
      signed.add("_" + mx.port() + "._tcp.real.test", "TLSA", daneEe());
      signed.add("_" + mx.port() + "._tcp.alias.test", "TLSA", "3 1 1 " + "00".repeat(32));
      assertDelivered(deliver(dane(), TlsWish.USUAL), "(DANE of real.test)");
    }

    @Test
    void whereTheRealNameHasNoneThoseOfTheAliasCount() throws Exception {
      alias("real.test");
      signed.add("real.test", "A", "127.0.0.1");
      signed.add("_" + mx.port() + "._tcp.alias.test", "TLSA", daneEe());
      assertDelivered(deliver(dane(), TlsWish.USUAL), "(DANE of alias.test)");
    }

    /** RFC 7672 section 2.2.2: the alias is signed, and what it leads to is not. */
    @Test
    void recordsOfASignedAliasCountWhereItLeadsOutOfWhatIsSigned() throws Exception {
      alias("host.cloud.example");
      signed.unsigned("cloud.example").add("host.cloud.example", "A", "127.0.0.1");
      signed.add("_" + mx.port() + "._tcp.alias.test", "TLSA", daneEe());
      assertDelivered(deliver(dane(), TlsWish.USUAL), "(DANE of alias.test)");
    }

    private void alias(String target) {
      dns.remove("there.example").remove("mx.test");
      dns.add("there.example", "MX", "10 alias.test.").add("alias.test", "A", "127.0.0.1");
      signed.remove("there.example").remove("mx.test");
      signed.add("there.example", "MX", "10 alias.test.");
      signed.add("alias.test", "CNAME", target + ".");
    }

    private static String daneEe() throws Exception {
      return "3 1 1 " + hash("SHA-256", certificate().getPublicKey().getEncoded());
    }

    @Test
    void dnssecAndAnAuthorityAreEnoughForRequireTls() throws Exception { // RFC 8689 section 4.2.1
      mx.offers("STARTTLS", "REQUIRETLS");
      assertDelivered(deliver(dane(), TlsWish.REQUIRED), "(the sender (REQUIRETLS))");
    }
  }
}
