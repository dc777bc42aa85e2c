package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.mail.dns.SignedDns;
import skypost.mail.tls.TestAuthority;
import skypost.protocol.smtp.client.FakeMx;

/**
 * Mail to domains that have published what TLS must be, through the whole system: by DNSSEC and
 * DANE (RFC 7672) where nobody is trusted but the record, and by MTA-STS (RFC 8461).
 */
class TlsWayTest {
  private static final byte[] MESSAGE =
      "Subject: sealed\r\n\r\nhello\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final String POLICY =
      "version: STSv1\r\nmode: enforce\r\nmx: mx.sts.example\r\nmax_age: 604800\r\n";

  @TempDir private static Path data;
  private static final TestAuthority KNOWN = TestAuthority.root("known");
  private static final TestAuthority OWN = TestAuthority.root("own root").below("own");
  private static SignedDns dns;
  private static FakeMx dane;
  private static FakeMx sts;
  private static HttpsServer policyHost;
  private static LocalProcess system;

  @BeforeAll
  static void start() throws Exception {
    dane = FakeMx.start("127.0.0.1", 0).offers("STARTTLS", "PIPELINING");
    sts = FakeMx.start("127.0.0.2", dane.port()).offers("STARTTLS", "PIPELINING");
    policyHost =
        HttpsServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0), 0);
    policyHost.setHttpsConfigurator(new HttpsConfigurator(KNOWN.server("mta-sts.sts.example")));
    policyHost.createContext(
        "/.well-known/mta-sts.txt",
        exchange -> {
          byte[] body = POLICY.getBytes(StandardCharsets.US_ASCII);
          exchange.getResponseHeaders().add("Content-Type", "text/plain");
          exchange.sendResponseHeaders(200, body.length);
          exchange.getResponseBody().write(body);
          exchange.close();
        });
    policyHost.start();
    byte[] own = OWN.certificate().getPublicKey().getEncoded();
    String hash = HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(own));
    dns =
        SignedDns.start()
            .add("dane.example", "MX", "10 mx.dane.example.")
            .add("mx.dane.example", "A", "127.0.0.1")
            .add("_" + dane.port() + "._tcp.mx.dane.example", "TLSA", "2 1 1 " + hash)
            .add("sts.example", "MX", "10 mx.sts.example.")
            .add("mx.sts.example", "A", "127.0.0.2")
            .add("mta-sts.sts.example", "A", "127.0.0.1")
            .add("_mta-sts.sts.example", "TXT", "\"v=STSv1; id=1;\"");
    system =
        LocalProcess.start(
            data,
            Map.of(
                "SKYPOST_DNS", dns.address().toString(),
                "SKYPOST_OUTBOUND_PORT", Integer.toString(dane.port()),
                "SKYPOST_TRUST_ANCHORS", dns.anchors().strip(),
                "SKYPOST_TRUSTED_ROOTS", KNOWN.pem(),
                "SKYPOST_POLICY_PORT", Integer.toString(policyHost.getAddress().getPort())));
    system.users("example.com", "ann");
  }

  @AfterAll
  static void stop() throws IOException {
    system.close();
    policyHost.stop(0);
    dns.close();
    sts.close();
    dane.close();
  }

  @Test
  void aServerThatTheTlsaRecordVouchesForGetsMailAndNoOther() throws Exception {
    dane.shows(OWN.server("mx.dane.example"));
    String sealed = send("bob@dane.example");
    awaitTrace(sealed, "status=delivered", "TLSv1.3", "(DANE of mx.dane.example)");
    assertThat(dane.received())
        .singleElement()
        .satisfies(received -> assertThat(received.tls()).isTrue());

    dane.shows(KNOWN.server("mx.dane.example")); // an authority that is believed elsewhere
    String refused = send("bob@dane.example");
    awaitTrace(refused, "status=deferred", "TLS is required by DANE of mx.dane.example");
    assertThat(dane.received()).hasSize(1);
  }

  @Test
  void aServerThatThePolicyNamesGetsMailAndNoOther() throws Exception {
    sts.shows(KNOWN.server("mx.sts.example"));
    String sealed = send("bob@sts.example");
    awaitTrace(sealed, "status=delivered", "TLSv1.3", "(MTA-STS of sts.example)");
    assertThat(sts.received())
        .singleElement()
        .satisfies(received -> assertThat(received.tls()).isTrue());

    sts.shows(OWN.server("mx.sts.example"));
    String refused = send("bob@sts.example");
    awaitTrace(refused, "status=deferred", "TLS is required by MTA-STS of sts.example");
    assertThat(sts.received()).hasSize(1);
  }

  private static void awaitTrace(String id, String... parts) throws Exception {
    String trace =
        await(
            "the end in the trace",
            () -> system.api("GET", "/v1/messages/" + id, null).body().toString(),
            text -> text.contains(parts[0]));
    assertThat(trace).contains(parts);
  }

  /** Sends from ann; the message's id. */
  private static String send(String to) throws IOException {
    try (MailClient client = MailClient.connectByTls("127.0.0.1", system.port("submissions"))) {
      assertThat(client.reply()).startsWith("220");
      assertThat(client.command("EHLO client.example")).startsWith("250");
      byte[] plain = "\0ann@example.com\0secret".getBytes(StandardCharsets.UTF_8);
      assertThat(client.command("AUTH PLAIN " + Base64.getEncoder().encodeToString(plain)))
          .startsWith("235");
      String reply = client.send("ann@example.com", to, MESSAGE);
      assertThat(reply).startsWith("250");
      return reply.replaceAll("(?s).*queued as ([0-9a-z]{20}).*", "$1");
    }
  }
}
