package skypost.mail.verify;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.directory.CachedDomains;
import skypost.mail.directory.CachedRelay;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.dns.Dns;
import skypost.mail.dns.TestDns;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.message.MessageSource;
import skypost.protocol.address.EmailAddress;

/**
 * Which mail is verified, and what is said of it. The checks themselves are in skypost.mail.auth.
 */
class VerifySenderTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final Clock CLOCK = Clock.fixed(NOW, ZoneOffset.UTC);
  private static final String FORGED =
      "Authentication-Results: mx.local.example; dmarc=pass header.from=far.example\r\n";

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private TestDns dns;
  private CachedRelay relay;
  private VerifySender verifier;

  @BeforeEach
  void start() throws IOException {
    directory.putDomain(Domain.local("local.example"));
    dns = TestDns.start();
    dns.add("far.example", "TXT", "\"v=spf1 ip4:192.0.2.1 -all\"");
    dns.add("_dmarc.far.example", "TXT", "\"v=DMARC1; p=reject\"");
    var trusted = new RelaySettings(List.of(Network.of("10.0.0.0/8")), Optional.empty());
    relay = new CachedRelay(directory, trusted, CLOCK);
    Dns published = Dns.published(Optional.of(dns.address()), Duration.ofSeconds(2), 1);
    verifier =
        new VerifySender(
            new VerifySender.Ports(published, new CachedDomains(directory, CLOCK), relay),
            "mx.local.example",
            CLOCK);
  }

  @AfterEach
  void stop() {
    dns.close();
  }

  private static Envelope.Origin from(String client) {
    return new Envelope.Origin(
        NOW, Optional.of(client), "mail.far.example", Optional.empty(), Optional.empty());
  }

  private Verification verify(Envelope.Origin origin, String sender, String message)
      throws IOException {
    var to = List.of(new Envelope.Recipient(new EmailAddress("ann", "local.example")));
    var envelope = new Envelope(EmailAddress.parse(sender), Map.of(), to, origin);
    return verifier.verify(envelope, MessageSource.of(message.getBytes(US_ASCII)));
  }

  private boolean isSpoofed(String client, String sender, String author) throws IOException {
    return verify(from(client), sender, "From: " + author + "\r\n\r\n")
        .sender()
        .orElseThrow()
        .spoofed();
  }

  @Test
  void mailFromOutsideIsVerified() throws IOException {
    assertThat(
            verify(from("192.0.2.1"), "joe@far.example", "From: joe@far.example\r\n\r\n")
                .results()
                .value())
        .isEqualTo(
            "mx.local.example; spf=pass smtp.mailfrom=far.example; dkim=none;"
                + " dmarc=pass header.from=far.example polrec.p=reject; arc=none");
    assertThat(
            verify(from("198.51.100.1"), "joe@far.example", "From: joe@far.example\r\n\r\n")
                .results()
                .value())
        .contains("spf=fail", "dmarc=fail header.from=far.example polrec.p=reject");
  }

  @Test
  void anIpv6ClientAndANullSenderAreVerified() throws IOException {
    dns.add("mail.far.example", "TXT", "\"v=spf1 ip6:2001:db8::/32 -all\"");

    assertThat(verify(from("2001:db8::1"), "", "From: joe@far.example\r\n\r\n").results().value())
        .contains("spf=pass smtp.helo=mail.far.example", "dmarc=pass header.from=far.example");
  }

  @Test
  void usersAndTrustedNetworksAreNotVerifiedButCannotSpeakForUs() throws IOException {
    var login =
        new Envelope.Origin(
            NOW,
            Optional.of("192.0.2.1"),
            "laptop",
            Optional.empty(),
            Optional.of(new EmailAddress("ann", "local.example")));
    for (Envelope.Origin origin : List.of(login, from("10.1.2.3"))) {
      assertThat(verify(origin, "ann@local.example", "From: ann@local.example\r\n\r\n"))
          .isEqualTo(Verification.NONE);

      Verification claimed =
          verify(origin, "ann@local.example", FORGED + "From: ann@local.example\r\n\r\n");

      assertThat(claimed.sender()).isEmpty();
      assertThat(claimed.results().value()).isEqualTo("mx.local.example; none");
    }
    assertThat(dns.questions()).isEmpty();
  }

  @Test
  void whatWeMadeOurselvesStandsAsItIs() throws IOException {
    var made = from("192.0.2.1").ofMadeFrom(MessageId.derived(NOW, "original"));
    var bounce = Envelope.Origin.internal(NOW, "mx.local.example");

    assertThat(verify(made, "joe@far.example", FORGED)).isEqualTo(Verification.NONE);
    assertThat(verify(bounce, "", FORGED)).isEqualTo(Verification.NONE);
  }

  @Test
  void mailThatOnlySaysItIsOursIsSpoofed() throws IOException {
    assertThat(isSpoofed("192.0.2.1", "joe@far.example", "boss@local.example")).isTrue();
    assertThat(isSpoofed("192.0.2.1", "boss@local.example", "Boss <boss@LOCAL.example>")).isTrue();
    assertThat(isSpoofed("192.0.2.1", "", "boss@local.example")).isTrue();
    assertThat(isSpoofed("192.0.2.1", "joe@far.example", "joe@far.example, boss@local.example"))
        .isTrue();

    assertThat(isSpoofed("192.0.2.1", "boss@local.example", "joe@far.example")).isFalse();
    assertThat(isSpoofed("192.0.2.1", "joe@far.example", "joe@nowhere.example")).isFalse();
  }

  @Test
  void nobodyHidesAmongManyAuthors() throws IOException {
    StringBuilder many = new StringBuilder("a@a.example");
    for (int i = 0; i < 3000; i++) {
      many.append(", a@a").append(i).append(".example");
    }

    assertThat(isSpoofed("192.0.2.1", "joe@far.example", many + ", boss@local.example")).isTrue();
    assertThat(dns.questions()).hasSizeLessThan(10);
  }

  @Test
  void aMistakeOfOursHoldsNoMailUp() throws IOException {
    var broken =
        new VerifySender(new VerifySender.Ports(null, null, relay), "mx.local.example", CLOCK);
    verifier = broken;

    Verification found = verify(from("192.0.2.1"), "joe@far.example", FORGED);

    assertThat(found.sender()).isEmpty();
    assertThat(found.isVouchedFor()).isFalse();
    assertThat(found.results().value()).isEqualTo("mx.local.example; none");
  }

  @Test
  void whileWeAreMistakenNobodyIsTakenForOneOfUs() throws IOException {
    var domains = new CachedDomains(directory, CLOCK);
    verifier =
        new VerifySender(new VerifySender.Ports(null, domains, relay), "mx.local.example", CLOCK);

    Verification ours =
        verify(from("192.0.2.1"), "joe@far.example", "From: boss@local.example\r\n\r\n");
    Verification others =
        verify(from("192.0.2.1"), "joe@far.example", "From: joe@far.example\r\n\r\n");

    assertThat(List.of(ours.isVouchedFor(), others.isVouchedFor())).containsOnly(false);
    assertThat(judge(ours)).isEqualTo(new Judgement.Junk(Judgement.Reason.SPOOFED));
    assertThat(judge(others)).isEqualTo(new Judgement.Accept());
    assertThat(judge(Verification.NONE)).isEqualTo(new Judgement.Accept());
    assertThat(Verification.NONE.isVouchedFor()).isTrue();
  }

  private static Judgement judge(Verification verification) {
    var to = List.of(new Envelope.Recipient(new EmailAddress("ann", "local.example")));
    var envelope =
        new Envelope(EmailAddress.parse("joe@far.example"), Map.of(), to, from("192.0.2.1"));
    return JudgeSender.judge(verification, envelope, SenderPolicy.DEFAULT);
  }

  @Test
  void aDomainOfOursThatMaySendFromElsewhereIsNotSpoofed() throws IOException {
    dns.add("local.example", "TXT", "\"v=spf1 ip4:192.0.2.1 -all\"");
    dns.add("news.local.example", "TXT", "\"v=spf1 ip4:192.0.2.7 -all\"");

    assertThat(isSpoofed("192.0.2.1", "boss@local.example", "boss@local.example")).isFalse();
    assertThat(isSpoofed("192.0.2.7", "x@news.local.example", "boss@local.example")).isFalse();
    assertThat(isSpoofed("192.0.2.9", "boss@local.example", "boss@local.example")).isTrue();
  }

  @Test
  void whatDmarcSaysOfOurDomainGoesBeforeWhatSpfPasses() throws IOException {
    dns.add("news.local.example", "TXT", "\"v=spf1 ip4:192.0.2.7 -all\"");
    dns.add("_dmarc.local.example", "TXT", "\"v=DMARC1; p=none; aspf=s\"");

    assertThat(isSpoofed("192.0.2.7", "x@news.local.example", "boss@local.example")).isTrue();
  }

  @Test
  void whileNothingCanBeToldNobodyIsCalledAForger() throws IOException {
    dns.fails("local.example").fails("_dmarc.far.example").fails("far.example");

    assertThat(isSpoofed("192.0.2.9", "boss@local.example", "boss@local.example")).isFalse();
    assertThat(
            verify(from("192.0.2.9"), "joe@far.example", "From: joe@far.example\r\n\r\n")
                .results()
                .value())
        .contains("spf=temperror", "dmarc=temperror");
  }

  @Test
  void answersAreKeptForTheNextMessage() throws IOException {
    for (int i = 0; i < 5; i++) {
      verify(from("192.0.2.1"), "joe@far.example", "From: joe@far.example\r\n\r\n");
    }

    assertThat(dns.questions()).doesNotHaveDuplicates();
  }
}
