package skypost.protocol.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** The command grammar: every line is a command or a refusal of one line, and nothing throws. */
class SmtpGrammarFuzzTest {
  @FuzzTest(maxDuration = "5s")
  void everyLineIsACommandOrARefusal(byte[] line) {
    switch (SmtpParser.parse(line)) {
      case Parsed.Bad(SmtpReply reply) -> assertThat(reply.toWire()).matches("5\\d\\d [ -~]+\r\n");
      case Parsed.Ok(SmtpCommand.Mail mail) ->
          mail.sender()
              .ifPresent(sender -> assertThat(sender.toString()).doesNotContain("\r", "\n"));
      case Parsed.Ok(SmtpCommand.Rcpt rcpt) ->
          rcpt.recipient().ifPresent(to -> assertThat(to.toString()).doesNotContain("\r", "\n"));
      case Parsed.Ok(SmtpCommand.Bdat bdat) -> assertThat(bdat.size()).isNotNegative();
      case Parsed.Ok(SmtpCommand command) -> assertThat(command).isNotNull();
    }
  }
}
