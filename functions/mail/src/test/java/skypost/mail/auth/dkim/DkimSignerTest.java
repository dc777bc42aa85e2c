package skypost.mail.auth.dkim;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.auth.RawField;
import skypost.mail.auth.RawMessage;
import skypost.mail.auth.Zone;
import skypost.mail.auth.dkim.DkimSignature.Kind;
import skypost.mail.message.MessageSource;
import skypost.protocol.smtp.client.WireForm;

/** What is signed is held against the verifier; what leaves goes to target/signed for others. */
class DkimSignerTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final DkimSigner SIGNER =
      new DkimSigner("football.example.com", List.of(RfcKeys.rsa(), RfcKeys.ed25519()));
  private static final String USUAL =
      "From: joe@football.example.com\r\nTo: suzie@shopping.example.net\r\nSubject: hi\r\n\r\nhello\r\n";

  /** RFC 8463 appendix A: the same keys over the same message make the same signatures. */
  @Test
  void theExampleOfTheRfcComesOut() throws Exception {
    RawMessage message = RawMessage.read(MessageSource.of(Files.readAllBytes(example())));
    List<RawField> signatures = message.named("dkim-signature");
    List<DkimSigner.Key> keys = List.of(RfcKeys.ed25519(), RfcKeys.rsa());
    for (int i = 0; i < 2; i++) {
      RawField field = signatures.get(i);
      DkimSignature printed =
          DkimSignature.read(field, TagList.parse(field.value()).orElseThrow(), Kind.DKIM);
      SignableMessage signable = new SignableMessage();
      signable.write(Files.readAllBytes(example()));

      byte[] octets =
          new SignedHeader(message).octets(Canonicalization.RELAXED, printed.names(), field);
      assertThat(DkimSigner.made(keys.get(i), octets)).isEqualTo(printed.signature());
      assertThat(signable.end().bodyHash()).isEqualTo(printed.bodyHash());
    }
  }

  private static Path example() throws URISyntaxException {
    return folder("/auth/cases/059-rfc8463-example/message.eml");
  }

  private static Path folder(String name) throws URISyntaxException {
    return Path.of(Objects.requireNonNull(DkimSignerTest.class.getResource(name)).toURI());
  }

  /** The case folders: message.eml is signed, names.txt is what h= must say. */
  @TestFactory
  Stream<DynamicTest> cases() throws Exception {
    List<DynamicTest> tests = new ArrayList<>();
    try (Stream<Path> cases = Files.list(folder("/auth/signing"))) {
      cases
          .sorted()
          .forEach(each ->
              tests.add(DynamicTest.dynamicTest(each.getFileName().toString(), () -> run(each))));
    }
    assertThat(tests).hasSizeGreaterThanOrEqualTo(20);
    return tests.stream();
  }

  private static void run(Path folder) throws IOException {
    byte[] message = Files.readAllBytes(folder.resolve("message.eml"));
    String signed = signed(message);

    Path target = Path.of("target", "signed", folder.getFileName() + ".eml");
    Files.createDirectories(target.getParent());
    Files.write(target, signed.getBytes(StandardCharsets.ISO_8859_1));
    String own = signed.substring(0, signed.length() - leaving(message).length());
    assertThat(own.split("\r\n")).allMatch(line -> line.length() <= 78);
    assertThat(names(signed)).isEqualTo(Files.readString(folder.resolve("names.txt")).strip());
    assertPasses(signed);
    // What relaxed allows a server on the way
    int body = signed.indexOf("\r\n\r\n", own.length());
    if (body >= 0) {
      String header = signed.substring(0, body).replaceAll("(?<=[^\r\n]) (?=[^ \t\r\n])", "\r\n\t");
      assertPasses(header + signed.substring(body).replace("  ", "\t") + "\r\n\r\n");
    }
    assertFails(signed + (body >= 0 ? "x" : "\r\nx"));
    for (String more : List.of("From: evil@example.com", "Subject: evil", "Content-Type: x/y")) {
      assertFails(signed.replaceFirst("\r\n(?=[A-Za-z])", "\r\n" + more + "\r\n"));
      assertFails(own + more + "\r\n" + signed.substring(own.length()));
    }
  }

  private static String names(String signed) {
    RawField field = read(signed).named("dkim-signature").getFirst();
    String names = TagList.parse(field.value()).orElseThrow().compact("h").orElseThrow();
    return names.replace(':', ' ');
  }

  private static RawMessage read(String message) {
    try {
      return RawMessage.read(MessageSource.of(message.getBytes(StandardCharsets.ISO_8859_1)));
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static String leaving(byte[] message) throws IOException {
    var out = new ByteArrayOutputStream();
    WireForm.LINES.write(new ByteArrayInputStream(message), out);
    return out.toString(StandardCharsets.ISO_8859_1);
  }

  /** As it leaves. */
  private static String signed(byte[] message) throws IOException {
    var signable = new SignableMessage();
    WireForm.LINES.write(new ByteArrayInputStream(message), signable);
    String fields = new String(SIGNER.sign(signable, NOW), StandardCharsets.US_ASCII);
    return fields + leaving(message);
  }

  private static List<String> results(String message) {
    Zone zone =
        Zone.of(
            """
            test._domainkey.football.example.com TXT v=DKIM1; k=rsa; p=MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
            brisbane._domainkey.football.example.com TXT v=DKIM1; k=ed25519; p=11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=
            """);
    try {
      return DkimVerifier.verify(read(message), NOW, zone).stream()
          .filter(verdict -> verdict.domain().equals("football.example.com"))
          .map(verdict -> verdict.result().code())
          .toList();
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static void assertPasses(String message) {
    assertThat(results(message)).as(message).containsExactly("pass", "pass");
  }

  private static void assertFails(String message) {
    assertThat(results(message)).as(message).containsExactly("fail", "fail");
  }

  @Test
  void theFieldIsFoldedAndComplete() throws IOException {
    assertThat(signed(USUAL.getBytes(StandardCharsets.US_ASCII)))
        .startsWith(
            "DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=football.example.com;\r\n"
                + " s=test; t=1795608000; h=From:From:To:To:Cc:Subject:Subject:Date:Message-ID:\r\n"
                + " Reply-To:In-Reply-To:References:MIME-Version:Content-Type:\r\n"
                + " Content-Transfer-Encoding; bh=")
        .contains("\r\nDKIM-Signature: v=1; a=ed25519-sha256;")
        .doesNotContain(" l=");
  }

  @Test
  void aListThatAddsItsFieldsKeepsTheSignature() throws IOException {
    String signed = signed(USUAL.getBytes(StandardCharsets.US_ASCII));

    assertPasses("List-Id: <l.example>\r\nSender: l@l.example\r\nReceived: by x\r\n" + signed);
    assertFails("Reply-To: evil@example.com\r\n" + signed);
  }

  @Test
  void howTheOctetsComeDoesNotMatter() throws IOException {
    byte[] message = USUAL.getBytes(StandardCharsets.US_ASCII);
    var single = new SignableMessage();
    for (byte octet : message) {
      single.write(octet);
    }
    var whole = new SignableMessage();
    whole.write(message);

    assertThat(SIGNER.sign(single, NOW)).isEqualTo(SIGNER.sign(whole, NOW));
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 60, 75, 76, 77, 78, 79, 200})
  void aLongDomainStandsAloneOnItsLine(int length) throws IOException {
    String domain = "d".repeat(length).replaceAll("(d{40})(?=d)", "$1.") + ".example";
    var signable = new SignableMessage();
    signable.write(USUAL.getBytes(StandardCharsets.US_ASCII));
    String fields =
        new String(
            new DkimSigner(domain, List.of(RfcKeys.ed25519())).sign(signable, NOW),
            StandardCharsets.US_ASCII);

    assertThat(
            TagList.parse(read(fields + USUAL).fields().getFirst().value()).orElseThrow().get("d"))
        .contains(domain);
    assertThat(fields.split("\r\n"))
        .allMatch(line -> line.length() <= 78 || line.equals(" d=" + domain + ";"));
  }

  @Test
  void aHeaderWithoutEndIsNotSigned() {
    var signable = new SignableMessage();
    byte[] line = "X: y\r\n".repeat(1000).getBytes(StandardCharsets.US_ASCII);
    for (int i = 0; i < 200; i++) {
      signable.write(line);
    }

    assertThat(signable.isSignable()).isFalse();
  }

  /** Whatever a user sends: what is signed as it streams by is what a verifier reads. */
  @ParameterizedTest
  @EnumSource(WireForm.class)
  void anyOctetsVerify(WireForm form) throws IOException {
    DkimSigner signer = new DkimSigner("football.example.com", List.of(RfcKeys.ed25519()));
    String[] parts = {
      "From: a@football.example.com",
      "To:",
      " folded",
      "\t",
      ": no name",
      "no field",
      "\r\n",
      "\r\n",
      "\n",
      "\r",
      "Subject : \u00fc",
      "Content-Type: multipart/mixed; boundary=b",
      "--b",
      "--b--",
      "x ".repeat(600),
      "dkim-signature: v=1; b=x",
      "Content-Transfer-Encoding: 8bit",
      "MIME-Version: 1.0",
      " ",
      "\0",
      "\u00ff"
    };
    Random random = new Random(8463);
    for (int i = 0; i < 500; i++) {
      StringBuilder text = new StringBuilder("From: a@football.example.com\r\n");
      for (int part = random.nextInt(20); part > 0; part--) {
        text.append(parts[random.nextInt(parts.length)]);
        text.append(random.nextInt(3) == 0 ? "" : "\r\n");
      }
      byte[] message = text.toString().getBytes(StandardCharsets.ISO_8859_1);
      var signable = new SignableMessage();
      form.write(new ByteArrayInputStream(message), signable);
      var leaves = new ByteArrayOutputStream();
      leaves.write(signer.sign(signable, NOW));
      form.write(new ByteArrayInputStream(message), leaves);

      assertThat(results(leaves.toString(StandardCharsets.ISO_8859_1)))
          .as("%d: %s", i, leaves.toString(StandardCharsets.ISO_8859_1))
          .startsWith("pass");
    }
  }

  @Test
  void aKeyDoesNotShowItself() {
    assertThat(SIGNER.toString() + Base64.getEncoder().encodeToString(new byte[1]))
        .doesNotContain("params", "modulus", "exponent");
  }
}
