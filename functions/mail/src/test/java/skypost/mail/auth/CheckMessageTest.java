package skypost.mail.auth;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.Base64;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.dns.TestDns;
import skypost.mail.json.Fields;

/** Over real DNS packets: what the recorded zones leave out. */
class CheckMessageTest {
  private final CheckMessage check =
      new CheckMessage(
          Clock.fixed(Instant.parse("2026-11-25T12:00:00Z"), ZoneOffset.UTC), "mx.example");
  private TestDns dns;

  @BeforeEach
  void start() throws IOException {
    dns = TestDns.start();
  }

  @AfterEach
  void stop() {
    dns.close();
  }

  private Fields ask(String ip, String from, TestDns server) throws IOException {
    return Fields.read(
        check.answer(
            "{\"ip\": \"%s\", \"helo\": \"h.example\", \"mailFrom\": \"%s\", \"dns\": \"%s\"}"
                .formatted(ip, from, server.address())));
  }

  private String spf(String ip, String from) throws IOException {
    return ask(ip, from, dns).object("spf").text("result");
  }

  @Test
  void allKindsOfRecordsAreAsked() throws IOException {
    dns.add(
            "a.example",
            "TXT",
            "\"v=spf1 mx \" \"a:six.example ptr:ptr.example exists:%{l}.l.example -all\"")
        .add("a.example", "MX", "10 mx.example.")
        .add("mx.example", "CNAME", "real.example.")
        .add("real.example", "A", "192.0.2.1")
        .add("six.example", "AAAA", "2001:db8::6")
        .add("2.2.0.192.in-addr.arpa", "PTR", "x.ptr.example.")
        .add("x.ptr.example", "A", "192.0.2.2")
        .add("a\\032b\\\\c.l.example", "A", "127.0.0.2");

    assertThat(spf("192.0.2.1", "u@a.example")).isEqualTo("pass");
    assertThat(spf("2001:db8::6", "u@a.example")).isEqualTo("pass");
    assertThat(spf("192.0.2.2", "u@a.example")).isEqualTo("pass");
    assertThat(spf("192.0.2.3", "a b\\\\c@a.example")).isEqualTo("pass");
  }

  @Test
  void aServerThatFailsIsATemperror() throws IOException {
    dns.fails("broken.example");

    assertThat(spf("192.0.2.1", "u@broken.example")).isEqualTo("temperror");
    assertThat(spf("192.0.2.1", "u@nowhere.example")).isEqualTo("none");
  }

  @Test
  void aNameOfThisMachineAuthenticatesNobody() throws IOException {
    dns.add("x.example", "TXT", "\"v=spf1 a:localhost.example a:%{h} -all\"");

    Fields answer =
        Fields.read(
            check.answer(
                "{\"ip\": \"127.0.0.1\", \"helo\": \"localhost\", \"mailFrom\": \"u@x.example\", \"dns\": \"%s\"}"
                    .formatted(dns.address())));

    assertThat(answer.object("spf").text("result")).isEqualTo("fail");
  }

  @Test
  void eachServerHasItsOwnCache() throws IOException {
    try (TestDns other = TestDns.start()) {
      dns.add("x.example", "TXT", "\"v=spf1 +all\"");
      other.add("x.example", "TXT", "\"v=spf1 -all\"");

      assertThat(ask("192.0.2.1", "u@x.example", dns).object("spf").text("result"))
          .isEqualTo("pass");
      assertThat(ask("192.0.2.1", "u@x.example", other).object("spf").text("result"))
          .isEqualTo("fail");
      ask("192.0.2.1", "u@x.example", dns);
      assertThat(dns.questions()).hasSize(1);
    }
  }

  @Test
  void aMessageIsCheckedWhole() throws IOException {
    dns.add("x.example", "TXT", "\"v=spf1 +all\"")
        .add("_dmarc.x.example", "TXT", "\"v=DMARC1; p=reject\"");
    String message =
        Base64.getEncoder()
            .encodeToString("From: a@x.example\n\nx\n".getBytes(StandardCharsets.UTF_8));

    String answer =
        check.answer(
            "{\"ip\": \"192.0.2.1\", \"mailFrom\": \"<u@x.example>\", \"dns\": \"%s\", \"message\": \"%s\"}"
                .formatted(dns.address(), message));

    assertThat(answer)
        .isEqualTo(
            "{\"spf\":{\"result\":\"pass\",\"domain\":\"x.example\",\"explanation\":\"\"},"
                + "\"dkim\":[{\"result\":\"none\",\"domain\":\"\",\"selector\":\"\",\"reason\":\"\"}],"
                + "\"dmarc\":{\"result\":\"pass\",\"policy\":\"reject\",\"domain\":\"x.example\","
                + "\"policyDomain\":\"x.example\",\"disposition\":\"none\"},"
                + "\"arc\":{\"result\":\"none\"},"
                + "\"authenticationResults\":\"mx.example; spf=pass smtp.mailfrom=x.example; dkim=none; "
                + "dmarc=pass header.from=x.example polrec.p=reject; arc=none\"}");
  }

  @Test
  void whatIsNoRequestIsAnError() throws IOException {
    for (String request :
        new String[] {
          "nonsense",
          "[]",
          "{}",
          "{\"ip\": \"no\"}",
          "{\"ip\": \"192.0.2.1\", \"dns\": \"a b\"}",
          "{\"ip\": \"192.0.2.1\", \"message\": \"!\"}",
          "{\"ip\": \"192.0.2.1\", \"now\": \"soon\"}"
        }) {
      assertThat(Fields.read(check.answer(request)).has("error")).as(request).isTrue();
    }
  }
}
