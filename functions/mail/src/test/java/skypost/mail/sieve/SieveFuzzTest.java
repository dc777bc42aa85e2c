package skypost.mail.sieve;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import skypost.mail.message.MessageSource;
import skypost.mail.sieve.compile.ScriptCompiler;
import skypost.mail.sieve.compile.ScriptCompiler.Compiled;
import skypost.mail.sieve.grammar.ScriptError;
import skypost.mail.sieve.run.Memory;
import skypost.mail.sieve.run.RunResult;
import skypost.mail.sieve.run.SieveRun;
import skypost.mail.sieve.run.Situation;
import skypost.mail.sieve.script.Script;
import skypost.protocol.address.EmailAddress;

/** Every text is a script or has a place where it is wrong, and every script comes to an end. */
class SieveFuzzTest {
  private static final String MESSAGE =
      "From: a@b.example\r\nTo: me@example.org\r\nSubject: =?UTF-8?Q?h=C3=A9?=\r\n"
          + "Date: Mon, 23 Nov 2026 10:00:00 +0100\r\n\r\nbody\r\n";

  @FuzzTest(maxDuration = "10s")
  void everyTextIsAScriptOrHasItsMistake(byte[] octets) throws IOException {
    String text = new String(octets, StandardCharsets.UTF_8);
    switch (ScriptCompiler.compile(text)) {
      case Compiled.Refused(List<ScriptError> errors) -> {
        assertThat(errors).isNotEmpty();
        assertThat(errors.getFirst().at().line())
            .isBetween(1, (int) text.chars().filter(c -> c == '\n').count() + 1);
        assertThat(errors.getFirst().message()).isNotBlank();
      }
      case Compiled.Ready(Script script) -> {
        RunResult result =
            SieveRun.run(script, situation(MESSAGE.getBytes(StandardCharsets.UTF_8)), Memory.EMPTY);
        assertThat(result.actions().isEmpty() && result.error().isPresent()).isFalse();
      }
    }
  }

  static Situation situation(byte[] message) {
    return new Situation(
        MessageSource.of(message),
        EmailAddress.parse("a@b.example"),
        EmailAddress.parse("me@example.org"),
        Set.of(),
        Set.of("Work"),
        Instant.EPOCH,
        new Situation.Host("mx.example.org", "1", Map.of()));
  }
}
