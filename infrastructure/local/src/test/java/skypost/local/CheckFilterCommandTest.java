package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.PipedInputStream;
import java.io.PipedOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

class CheckFilterCommandTest {
  private static final String KEEP = "{\"script\": \"keep;\", \"message\": \"QTogMQ0KDQo=\"}";

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  private int run(String in, String... arguments) throws IOException {
    InputStream stdin = new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8));
    return new CheckFilterCommand(stdin, new PrintStream(out, false, StandardCharsets.UTF_8))
        .run(List.of(arguments));
  }

  private List<String> said() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  @Test
  void everyLineIsAnsweredInOrder() throws IOException {
    int code =
        run(
            KEEP + "\nnonsense\n\n{\"script\": \"kepe;\", \"message\": \"\"}\n[]\n" + KEEP,
            "--stdin");

    assertThat(code).isZero();
    assertThat(said()).hasSize(5);
    assertThat(said().get(0)).startsWith("{\"actions\":[{\"type\":\"keep\",\"mailbox\":\"INBOX\"");
    assertThat(said().get(1)).startsWith("{\"error\":{\"line\":0,");
    assertThat(said().get(2)).startsWith("{\"error\":{\"line\":1,\"column\":1,");
    assertThat(said().get(3)).startsWith("{\"error\":{\"line\":0,");
    assertThat(said().get(4)).isEqualTo(said().get(0));
  }

  /** A suite may wait for each answer before it asks again. */
  @Test
  @Timeout(60)
  void anAnswerDoesNotWaitForTheNextQuestion() throws Exception {
    var questions = new PipedOutputStream();
    var stdin = new PipedInputStream(questions);
    var answers = new PipedInputStream();
    var stdout = new PrintStream(new PipedOutputStream(answers), false, StandardCharsets.UTF_8);
    Callable<Integer> command = () -> new CheckFilterCommand(stdin, stdout).run(List.of("--stdin"));
    var running = new FutureTask<>(command);
    Thread.ofVirtual().start(running);
    var reader = new BufferedReader(new InputStreamReader(answers, StandardCharsets.UTF_8));

    for (int i = 0; i < 3; i++) {
      questions.write((KEEP + "\n").getBytes(StandardCharsets.UTF_8));
      questions.flush();
      assertThat(reader.readLine()).contains("keep");
    }
    questions.close();

    assertThat(running.get(30, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void peopleAreToldAllMistakesWithTheirPlaces(@TempDir Path folder) throws IOException {
    Path script = folder.resolve("my.sieve");
    Files.writeString(script, "kepe;\nredirect \"nobody\";\n");

    assertThat(run("", script.toString())).isEqualTo(1);
    assertThat(said()).hasSize(2);
    assertThat(said().get(0)).isEqualTo(script + ":1:1: unknown command 'kepe'");
    assertThat(said().get(1)).startsWith(script + ":2:10: ");
  }

  @Test
  void peopleAreToldWhatHappensToEachMessage(@TempDir Path folder) throws IOException {
    Path script = folder.resolve("my.sieve");
    Files.writeString(
        script,
        "require [\"imap4flags\", \"fileinto\"]; setflag \"\\\\Seen\";\n"
            + "if header \"subject\" \"ad\" { fileinto \"Nowhere\"; }\n");
    Path plain = folder.resolve("plain.eml");
    Files.writeString(plain, "Subject: hi\r\n\r\n");
    Path ad = folder.resolve("ad.eml");
    Files.writeString(ad, "Subject: ad\r\n\r\n");

    assertThat(run("", script.toString(), plain.toString(), ad.toString())).isZero();
    assertThat(said())
        .containsExactly(
            plain + ": keep in INBOX with \\Seen",
            ad + ": fails in line 2: there is no mailbox \"Nowhere\"",
            ad + ": keep in INBOX");
  }

  @Test
  void whoCallsItWronglyIsToldHow() throws IOException {
    assertThat(run("")).isEqualTo(2);
    assertThat(run("", "--no-such")).isEqualTo(2);
    assertThat(said().getFirst()).contains("check-filter --stdin");
  }
}
