package skypost.protocol.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;

/** The command grammar: every line is a command or a refusal, and nothing throws. */
class SmtpGrammarFuzzTest {
  @FuzzTest(maxDuration = "6s")
  void everyLineIsACommandOrARefusal(byte[] line) {
    switch (SmtpParser.parse(line)) {
      case Parsed.Bad(SmtpReply reply) -> assertThat(reply.toWire()).matches("5\\d\\d [ -~]+\r\n");
      case Parsed.Ok(SmtpCommand command) -> assertThat(command.toString()).isNotEmpty();
    }
  }
}
