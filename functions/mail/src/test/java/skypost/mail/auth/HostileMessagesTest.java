package skypost.mail.auth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import skypost.mail.auth.Checked.OfMessage;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.dmarc.DmarcResult;
import skypost.mail.auth.spf.SpfCheck;
import skypost.mail.auth.spf.SpfSession;
import skypost.mail.message.MessageSource;

/** What costs the sender little must not cost us much, and must not hide what is right. */
@Timeout(60)
class HostileMessagesTest {
  private static final SpfSession SESSION =
      new SpfSession(
          Zone.session("").client(),
          "mail.example.com",
          "",
          "mx.receiver.example",
          Instant.parse("2027-01-01T00:00:00Z"));

  private static Path example() throws IOException, URISyntaxException {
    Path folder =
        Path.of(
            Objects.requireNonNull(HostileMessagesTest.class.getResource("/auth/cases")).toURI());
    try (Stream<Path> cases = Files.list(folder)) {
      return cases
          .filter(each -> each.toString().endsWith("rfc8463-example"))
          .findFirst()
          .orElseThrow();
    }
  }

  private static Zone zone() throws IOException, URISyntaxException {
    Zone zone = Zone.of(Files.readString(example().resolve("dns.txt")));
    zone.add("_dmarc.football.example.com TXT v=DMARC1; p=reject");
    return zone;
  }

  private static String message() throws IOException, URISyntaxException {
    return Files.readString(example().resolve("message.eml"), StandardCharsets.ISO_8859_1);
  }

  private static OfMessage check(String message, Zone zone) throws IOException {
    MessageSource source = MessageSource.of(message.getBytes(StandardCharsets.ISO_8859_1));
    return Authentication.check(SESSION, Optional.of(source), zone).message().orElseThrow();
  }

  private static long count(List<DkimVerdict> verdicts, String code) {
    return verdicts.stream().filter(verdict -> verdict.result().code().equals(code)).count();
  }

  @Test
  void aHundredForgedSignaturesDoNotHideTheRightOne() throws Exception {
    String message = message();
    String forged = message.substring(0, message.indexOf("DKIM-Signature", 1));
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 98; i++) {
      many.append(forged.replace("s=brisbane", "s=forged" + i));
    }

    OfMessage checked = check(many + message, zone());

    assertThat(count(checked.dkim(), "pass")).isEqualTo(2);
    assertThat(checked.dkim()).hasSize(100);
    assertThat(checked.dmarc().result()).isEqualTo(DmarcResult.PASS);
  }

  @Test
  void whatIsKeptBesideAMessageIsShortAndTellsThePassesFirst() throws Exception {
    String message = message();
    String forged = message.substring(0, message.indexOf("DKIM-Signature", 1));
    StringBuilder many = new StringBuilder();
    for (int i = 0; i < 98; i++) {
      many.append(forged.replace("s=brisbane", "s=" + "forged.".repeat(30) + i));
    }
    Zone zone = zone();
    OfMessage checked = check(many + message, zone);

    String brief =
        AuthenticationResults.brief(
            new Checked(SpfCheck.check(SESSION, zone), Optional.of(checked)), "mx");

    assertThat(brief)
        .hasSizeLessThan(1000)
        .contains("s=brisbane header.a=ed25519-sha256; dkim=pass", "dmarc=pass", "arc=none");
    assertThat(brief.indexOf("dkim=pass")).isLessThan(brief.indexOf("s=forged"));
  }

  @Test
  void ofThousandsOfSignaturesOnlyTheFirstAreLookedAt() throws Exception {
    String message = message();
    String signature = message.substring(0, message.indexOf("DKIM-Signature", 1));
    Zone zone = zone();

    OfMessage checked = check(signature.repeat(5000) + message, zone);

    assertThat(checked.dkim()).hasSize(5002);
    assertThat(count(checked.dkim(), "pass")).isEqualTo(200);
    assertThat(count(checked.dkim(), "policy")).isEqualTo(4802);
    assertThat(zone.questions()).hasSizeLessThan(10);
    assertThat(
            AuthenticationResults.of(
                new Checked(SpfCheck.check(SESSION, zone), Optional.of(checked)), "mx"))
        .hasSizeLessThan(8192);
  }

  @Test
  void aMebibyteOfHeaderIsVerified() throws Exception {
    String junk = "X-Junk: " + " x".repeat(64) + "\r\n";

    OfMessage checked = check(junk.repeat(8000) + message(), zone());

    assertThat(count(checked.dkim(), "pass")).isEqualTo(2);
  }

  @Test
  void oneFieldOfAMebibyteIsVerifiedWhoeverSignsItHowOften() throws Exception {
    String huge = "X-Huge: " + "y ".repeat(512 * 1024) + "\r\n";
    String message = message();
    String forged =
        message
            .substring(0, message.indexOf("DKIM-Signature", 1))
            .replace("h=from : to :", "h=from : x-huge : to :");

    OfMessage checked = check(forged.repeat(150) + huge + message, zone());

    // The rest is refused because of the work: a hundred times a mebibyte
    assertThat(count(checked.dkim(), "fail")).isBetween(50L, 70L);
    assertThat(count(checked.dkim(), "policy")).isGreaterThan(70L);
  }

  @Test
  void aHeaderBeyondAllReasonIsNoHeader() throws Exception {
    OfMessage checked = check("X: y\r\n".repeat(1_000_000) + message(), zone());

    assertThat(count(checked.dkim(), "permerror")).isEqualTo(1);
    assertThat(checked.dmarc().result()).isEqualTo(DmarcResult.NONE);
    assertThat(checked.arc().code()).isEqualTo("fail");
  }

  @Test
  void aStoreThatFailsIsNoVerdict() {
    MessageSource broken =
        new MessageSource() {
          @Override
          public long size() {
            return 1;
          }

          @Override
          public InputStream open() throws IOException {
            throw new IOException("no store");
          }
        };

    assertThatThrownBy(() -> Authentication.check(SESSION, Optional.of(broken), Zone.of("")))
        .isInstanceOf(IOException.class);
  }

  @Test
  void whatThePeerSaysStaysWithinItsQuotes() throws Exception {
    var session = Zone.session("192.0.2.1", "x\"; dkim=pass (\r\n", "");

    Checked checked = Authentication.check(session, Optional.empty(), Zone.of(""));

    assertThat(AuthenticationResults.of(checked, "mx.example"))
        .isEqualTo("mx.example; spf=none smtp.helo=\"x\\\"; dkim=pass (\"");
  }
}
