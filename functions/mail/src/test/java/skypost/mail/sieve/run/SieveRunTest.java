package skypost.mail.sieve.run;

import static java.util.stream.Collectors.joining;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.memory.InMemoryFilterMemories;
import skypost.mail.message.MessageSource;
import skypost.mail.sieve.compile.ScriptCompiler;
import skypost.mail.sieve.compile.ScriptCompiler.Compiled;
import skypost.mail.sieve.script.Script;
import skypost.protocol.address.EmailAddress;

/** What holds from one message to the next, and how far a script may go. */
class SieveRunTest {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final String MESSAGE =
      "From: tim@example.com\r\nTo: me@example.org\r\nSubject: hi\r\nMessage-ID: <1@x>\r\n\r\nbody\r\n";

  private static final EmailAddress OWNER = new EmailAddress("me", "example.org");

  private final FilterMemories memories = new InMemoryFilterMemories();

  private static Script compile(String script) {
    return switch (ScriptCompiler.compile(script)) {
      case Compiled.Ready(Script ready) -> ready;
      case Compiled.Refused refused -> throw new AssertionError(refused.errors());
    };
  }

  private static Situation situation(String id, String sender, MessageSource message) {
    return new Situation(
        message,
        EmailAddress.parse(sender),
        EmailAddress.parse("me@example.org"),
        Set.of(),
        Set.of("Work"),
        NOW,
        new Situation.Host("mx.example.org", id, Map.of()));
  }

  private static MessageSource source(String message) {
    return MessageSource.of(message.getBytes(StandardCharsets.UTF_8));
  }

  /** Runs, and remembers what is to be remembered. */
  private RunResult run(String script, String id, String sender) throws IOException {
    Situation situation = situation(id, sender, source(MESSAGE));
    RunResult result = SieveRun.run(compile(script), situation, memories.of(OWNER, NOW));
    memories.remember(OWNER, result.marks(), id);
    return result;
  }

  private static RunResult run(String script, String message) throws IOException {
    return SieveRun.run(
        compile(script), situation("1", "tim@example.com", source(message)), Memory.EMPTY);
  }

  @Test
  void aVacationRepliesOncePerSender() throws IOException {
    String script = "require \"vacation\"; vacation :days 2 \"away\";";

    assertThat(run(script, "1", "tim@example.com").sent()).hasSize(1);
    assertThat(run(script, "2", "Tim@EXAMPLE.com").sent()).isEmpty();
    assertThat(run(script, "3", "ann@example.com").sent()).hasSize(1);
  }

  @Test
  void aRunThatIsRepeatedRepliesAgainWithTheSameMessage() throws IOException {
    String script = "require \"vacation\"; vacation \"away\";";

    Outgoing first = run(script, "1", "tim@example.com").sent().getFirst();
    Outgoing again = run(script, "1", "tim@example.com").sent().getFirst();

    assertThat(again.open()).hasSameContentAs(first.open());
  }

  @Test
  void anotherHandleIsAnotherVacation() throws IOException {
    run("require \"vacation\"; vacation :handle \"a\" \"away\";", "1", "tim@example.com");

    assertThat(
            run("require \"vacation\"; vacation :handle \"a\" \"gone\";", "2", "tim@example.com")
                .sent())
        .isEmpty();
    assertThat(
            run("require \"vacation\"; vacation :handle \"b\" \"away\";", "3", "tim@example.com")
                .sent())
        .hasSize(1);
  }

  /** RFC 5230 section 4.2 has this very example. */
  @Test
  void variablesMakeNoOtherVacation() throws IOException {
    String script =
        "require [\"vacation\", \"variables\"]; if header :matches \"from\" \"*\" {}\n"
            + "set \"n\" \"%s\"; vacation :subject \"Automatic response to: ${n}\" \"away\";";

    assertThat(run(script.formatted("a"), "1", "tim@example.com").sent()).hasSize(1);
    assertThat(run(script.formatted("b"), "2", "tim@example.com").sent()).isEmpty();
  }

  @Test
  void periodsAreKeptWithinBounds() throws IOException {
    assertThat(period("require \"vacation\"; vacation :days 2 \"x\";"))
        .isEqualTo(Duration.ofDays(2));
    assertThat(period("require \"vacation\"; vacation \"x\";")).isEqualTo(Duration.ofDays(7));
    assertThat(period("require \"vacation\"; vacation :days 5000 \"x\";"))
        .isEqualTo(Duration.ofDays(90));
    assertThat(period("require \"vacation-seconds\"; vacation :seconds 0 \"x\";"))
        .isEqualTo(Duration.ofMinutes(1));
    assertThat(period("require \"duplicate\"; if duplicate :seconds 5 { stop; }"))
        .isEqualTo(Duration.ofSeconds(5));
  }

  private static Duration period(String script) throws IOException {
    return Duration.between(NOW, run(script, MESSAGE).marks().getFirst().until());
  }

  @Test
  void aDuplicateIsKnownByItsMessageId() throws IOException {
    String script = "require \"duplicate\"; if duplicate { discard; }";

    assertThat(run(script, "1", "tim@example.com").actions().getFirst().action())
        .isInstanceOf(Action.Keep.class);
    assertThat(run(script, "1", "tim@example.com").actions().getFirst().action())
        .as("the same message again, after a fault")
        .isInstanceOf(Action.Keep.class);
    assertThat(run(script, "2", "tim@example.com").actions().getFirst().action())
        .isInstanceOf(Action.Discard.class);
    assertThat(
            run(
                    "require \"duplicate\"; if duplicate :handle \"h\" { discard; }",
                    "3",
                    "a@b.example")
                .actions()
                .getFirst()
                .action())
        .isInstanceOf(Action.Keep.class);
  }

  @Test
  void nothingIsRememberedOfARunThatFails() throws IOException {
    String script =
        "require [\"duplicate\", \"fileinto\"]; if not duplicate { fileinto \"Nowhere\"; }";

    assertThat(run(script, "1", "tim@example.com").marks()).isEmpty();
  }

  @Test
  void aMemoryThatFailsIsNoVerdict() {
    Memory failing =
        (key, by) -> {
          throw new IOException("not now");
        };
    Script script = compile("require \"duplicate\"; if duplicate { discard; }");

    assertThatThrownBy(
            () -> SieveRun.run(script, situation("1", "a@b.example", source(MESSAGE)), failing))
        .isInstanceOf(IOException.class);
  }

  /** A body that must not be read. */
  private static MessageSource headerOnly(String header) {
    byte[] octets = header.getBytes(StandardCharsets.UTF_8);
    return new MessageSource() {
      @Override
      public long size() {
        return 5_000_000_000L;
      }

      @Override
      public InputStream open() {
        return new InputStream() {
          private final InputStream beginning = new ByteArrayInputStream(octets);
          private long after;

          @Override
          public int read() throws IOException {
            int octet = beginning.read();
            if (octet >= 0) {
              return octet;
            }
            if (after++ > 2_000_000) {
              throw new IOException("read on into a large body");
            }
            return 'x';
          }
        };
      }
    };
  }

  @Test
  void ofALargeMessageOnlyTheBeginningIsRead() throws IOException {
    MessageSource large = headerOnly("From: tim@example.com\r\nSubject: large\r\n\r\n");
    Script script =
        compile(
            """
            require ["body", "fileinto"];
            if allof (size :over 4G, header "subject" "large", not body :contains "y") {
              fileinto "Work";
            }
            """);

    RunResult result = SieveRun.run(script, situation("1", "tim@example.com", large), Memory.EMPTY);

    assertThat(result.error()).isEmpty();
    assertThat(result.actions().getFirst().action())
        .isEqualTo(new Action.FileInto("Work", false, List.of()));
  }

  @Test
  void aScriptThatComputesTooMuchKeepsTheMessage() throws IOException {
    StringBuilder script = new StringBuilder("require [\"variables\", \"regex\"];\n");
    script.append("set \"a\" \"").append("ab".repeat(6000)).append("\";\n");
    for (int i = 0; i < 200; i++) {
      script.append("if string :regex \"${a}\" \"(a|b|ab)*(ba|a|b){9}[^ab]\" { discard; }\n");
    }

    RunResult result = run(script.toString(), MESSAGE);

    assertThat(result.error().orElseThrow().message()).contains("computes too much");
    assertThat(result.error().orElseThrow().at().line()).isGreaterThan(2);
    assertThat(result.actions().getFirst().action()).isEqualTo(new Action.Keep(List.of()));
  }

  @Test
  void variablesCannotGrowWithoutEnd() throws IOException {
    StringBuilder script =
        new StringBuilder(
            "require [\"variables\", \"relational\", \"fileinto\", \"comparator-i;ascii-numeric\"];\nset \"a\" \"0123456789\";\n");
    for (int i = 0; i < 40; i++) {
      script.append("set \"a\" \"${a}${a}\";\n");
    }
    script.append("set :length \"n\" \"${a}\";\n");
    script.append(
        "if string :value \"eq\" :comparator \"i;ascii-numeric\" \"${n}\" \"16384\" { fileinto \"Work\"; }");

    assertThat(run(script.toString(), MESSAGE).actions().getFirst().action())
        .isEqualTo(new Action.FileInto("Work", false, List.of()));
  }

  @Test
  void whoRedirectsALotIsStopped() throws IOException {
    StringBuilder script = new StringBuilder("require \"fileinto\"; require \"mailbox\";\n");
    for (int i = 0; i < 60; i++) {
      script.append("fileinto :create \"f").append(i).append("\";\n");
    }

    RunResult result = run(script.toString(), MESSAGE);

    assertThat(result.error().orElseThrow().message()).contains("50 actions");
    assertThat(result.actions()).hasSize(1);
  }

  @Test
  void anEditedMessageKeepsItsBodyOctetForOctet() throws IOException {
    String message = "A: 1\r\nB: folded\r\n value\r\n\r\nbody\0\u00e9\nbare\r\n";
    RunResult result =
        run("require \"editheader\"; addheader \"X\" \"y\"; deleteheader \"a\";", message);

    assertThat(new String(result.message().octets(), StandardCharsets.UTF_8))
        .isEqualTo("X: y\r\nB: folded\r\n value\r\n\r\nbody\0\u00e9\nbare\r\n");
  }

  @Test
  void noValueOfAHeaderCanAddAnother() throws IOException {
    RunResult result =
        run(
            "require [\"editheader\", \"variables\", \"encoded-character\"];\n"
                + "addheader \"X\" \"a${hex:0d 0a}Bcc: b@c.example\";",
            MESSAGE);

    assertThat(result.message().header().has("Bcc")).isFalse();
    assertThat(result.message().header().text("X")).isEqualTo(Optional.of("a Bcc: b@c.example"));
  }

  @Test
  void aRunLeavesTheScriptAsItIs() throws IOException {
    Script script =
        compile(
            "require \"variables\"; set \"a\" \"${a}x\"; if string \"${a}\" \"xx\" { discard; }");
    Situation situation = situation("1", "tim@example.com", source(MESSAGE));

    SieveRun.run(script, situation, Memory.EMPTY);

    assertThat(SieveRun.run(script, situation, Memory.EMPTY).actions().getFirst().action())
        .isEqualTo(new Action.Keep(List.of()));
  }

  @Test
  void anAddedFieldIsOneLineWithItsOtherBlanksAsTheyAre() throws IOException {
    String value = "a \t\r\n \r\n b  c" + " ".repeat(60_000) + "d\n";

    RunResult result = run("require \"editheader\"; addheader \"X-A\" \"" + value + "\";", MESSAGE);

    assertThat(result.error()).isEmpty();
    assertThat(result.actions().getFirst().message().header().text("X-A"))
        .contains("a b  c" + " ".repeat(60_000) + "d");
  }

  /** RFC 5228 leaves it to us how much; a value that is looked at counts, however short the key. */
  @ParameterizedTest
  @ValueSource(strings = {":is", ":matches", ":value \"eq\""})
  void comparingALongTextWithManyShortOnesUsesTheBudgetUp(String how) throws IOException {
    String keys = IntStream.range(0, 500).mapToObj(i -> "\"k" + i + "\"").collect(joining(","));
    String script =
        "require [\"body\", \"relational\"]; if body :raw " + how + " [" + keys + "] { discard; }";

    RunResult result = run(script, MESSAGE + "x".repeat(1 << 20));

    assertThat(result.error().orElseThrow().message()).contains("computes too much");
  }
}
