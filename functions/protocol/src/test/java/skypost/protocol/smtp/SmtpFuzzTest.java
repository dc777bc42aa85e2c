package skypost.protocol.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.net.TlsInfo;
import skypost.protocol.net.Wire;

/**
 * Random input, the same in each run: nothing a peer sends may throw, and every reply is well
 * formed.
 */
class SmtpFuzzTest {
  private static final int ROUNDS = 20_000;
  private static final String[] TOKENS = {
    "EHLO ",
    "HELO ",
    "MAIL FROM:",
    "RCPT TO:",
    "DATA",
    "BDAT ",
    "RSET",
    "NOOP",
    "QUIT",
    "STARTTLS",
    "AUTH PLAIN ",
    "AUTH SCRAM-SHA-256-PLUS ",
    "biwsbj1hLHI9Yg==",
    "AUTH LOGIN",
    "VRFY ",
    "HELP",
    "GET / HTTP/1.1",
    "<",
    ">",
    "<a@b.test>",
    "<alice@example.com>",
    "<@a,@b:c@d.test>",
    "\"",
    "\\",
    "@",
    "%",
    "!",
    ".",
    " ",
    "\t",
    "\0",
    "\r",
    "\n",
    "\r\n",
    "=",
    "SIZE=",
    "BODY=8BITMIME",
    "BODY=BINARYMIME",
    " SMTPUTF8",
    "NOTIFY=NEVER",
    "NOTIFY=SUCCESS,DELAY",
    "ORCPT=rfc822;",
    "ORCPT=utf-8;",
    "\\x{7528}",
    "+2B",
    " RET=HDRS",
    " ENVID=",
    " LAST",
    "9",
    "99999999999999999999",
    "\u00c3\u00a9",
    "\u00ff",
    "[192.0.2.1]",
    "[IPv6:::1]",
    "AGEAYg==",
    "*",
    "xn--",
    "\u00e7\u0094\u00a8",
    ".\r\n",
    "postmaster"
  };

  private static String line(Random random) {
    StringBuilder line = new StringBuilder();
    for (int i = random.nextInt(7); i >= 0; i--) {
      line.append(
          random.nextInt(12) == 0
              ? String.valueOf((char) random.nextInt(256))
              : TOKENS[random.nextInt(TOKENS.length)]);
    }
    return line.toString();
  }

  private static List<SmtpState> states() {
    SmtpPeer plain = new SmtpPeer("192.0.2.1", Optional.empty());
    SmtpPeer secured = new SmtpPeer("192.0.2.1", Optional.of(new TlsInfo("TLSv1.3", "x", true)));
    SmtpClient client = new SmtpClient(secured, "x", true, Optional.empty());
    SmtpClient user = client.loggedIn(new EmailAddress("alice", "example.com"));
    SmtpSender sender = new SmtpSender(Optional.empty(), Map.of());
    SmtpTransaction transaction =
        new SmtpTransaction(
            user, sender, List.of(new SmtpRecipient(new EmailAddress("a", "b.test"), Map.of())));
    return List.of(
        new SmtpState.Connected(plain),
        new SmtpState.Connected(secured),
        new SmtpState.Ready(client),
        new SmtpState.Ready(user),
        new SmtpState.HasSender(user, sender, false),
        new SmtpState.HasSender(client, sender, true),
        new SmtpState.HasRecipients(transaction),
        new SmtpState.InChunks(transaction));
  }

  @Test
  void everyLineInEveryStateGetsAnAction() {
    Random random = new Random(1);
    List<SmtpSession> sessions = new ArrayList<>();
    for (SmtpSettings.Service service : SmtpSettings.Service.values()) {
      sessions.add(new SmtpSession(settings(service)));
    }
    int understood = 0;
    for (int i = 0; i < ROUNDS; i++) {
      byte[] line = line(random).getBytes(ISO_8859_1);
      switch (SmtpParser.parse(line)) {
        case Parsed.Bad(SmtpReply reply) -> assertThat(reply.isPermanent()).isTrue();
        case Parsed.Ok(SmtpCommand command) -> {
          understood++;
          for (SmtpState state : states()) {
            sessions.forEach(
                session -> assertThat(session.step(state, command).action()).isNotNull());
          }
        }
      }
    }
    assertThat(understood).as("the fuzz reaches beyond syntax errors").isGreaterThan(ROUNDS / 50);
  }

  @ParameterizedTest
  @EnumSource(SmtpSettings.Service.class)
  void everyDialogueEndsInPeaceAndEveryReplyIsWellFormed(SmtpSettings.Service service)
      throws IOException {
    Random random = new Random(2);
    for (int i = 0; i < 3_000; i++) {
      StringBuilder input = new StringBuilder(random.nextBoolean() ? "EHLO x\r\n" : "");
      for (int lines = random.nextInt(12); lines >= 0; lines--) {
        input.append(line(random)).append(random.nextInt(20) == 0 ? "" : "\r\n");
      }
      ByteArrayOutputStream output = new ByteArrayOutputStream();
      Wire wire =
          Wire.over(
              new Blocks(input.toString().getBytes(ISO_8859_1), 1 + random.nextInt(200)),
              output,
              InetAddress.getLoopbackAddress());
      try {
        new SmtpConnection(wire, settings(service), new ListGate(), new MemorySink()).run();
      } catch (IOException fault) {
        assertThat(
                Wire.isPeerGone(fault)
                    || fault.getMessage().contains("no TLS on a connection in memory"))
            .isTrue();
      }
      wire.close();
      assertThat(output.toString(ISO_8859_1))
          .as("after %s", input)
          .matches("(?:[2-5]\\d\\d[ -][^\r\n]*\r\n)+");
    }
  }

  private static SmtpSettings settings(SmtpSettings.Service service) {
    return new SmtpSettings(
        service,
        "mx.test",
        Optional.empty(),
        EnumSet.allOf(Extension.class),
        SmtpLimits.of(10_000));
  }
}
