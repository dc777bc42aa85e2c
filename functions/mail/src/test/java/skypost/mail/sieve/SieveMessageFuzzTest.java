package skypost.mail.sieve;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.io.IOException;
import skypost.mail.sieve.compile.ScriptCompiler;
import skypost.mail.sieve.compile.ScriptCompiler.Compiled;
import skypost.mail.sieve.run.Memory;
import skypost.mail.sieve.run.RunResult;
import skypost.mail.sieve.run.SieveRun;
import skypost.mail.sieve.script.Script;

/** A script that looks at everything comes to its end over any octets. */
class SieveMessageFuzzTest {
  private static final Script SCRIPT =
      ((Compiled.Ready)
              ScriptCompiler.compile(
                  """
                  require ["body", "date", "index", "variables", "editheader", "vacation", "regex"];
                  if address :matches ["from", "to", "cc"] "*@*" { set "a" "${1}"; }
                  if header :regex "subject" "(.*)" { set "b" "${1}"; }
                  if date :originalzone "date" "iso8601" "x" { keep; }
                  if date :index 1 :last "received" "julian" "x" { keep; }
                  if body :text :contains "x" { keep; }
                  if body :content "" :matches "*x*" { keep; }
                  if body :raw :contains "y" { keep; }
                  deleteheader :matches "subject" "*";
                  addheader "X-B" "${b}";
                  vacation :subject "Re: ${b}" "${a}";
                  """))
          .script();

  @FuzzTest(maxDuration = "10s")
  void anyOctetsAreAMessage(byte[] message) throws IOException {
    RunResult result = SieveRun.run(SCRIPT, SieveFuzzTest.situation(message), Memory.EMPTY);

    assertThat(result.error()).isEmpty();
    assertThat(result.message().octets()).isNotEmpty();
  }
}
