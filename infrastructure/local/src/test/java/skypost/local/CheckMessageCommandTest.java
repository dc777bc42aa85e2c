package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
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
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import skypost.mail.dns.TestDns;

class CheckMessageCommandTest {
  private final ByteArrayOutputStream out = new ByteArrayOutputStream();
  private TestDns dns;

  @BeforeEach
  void start() throws IOException {
    dns = TestDns.start();
    dns.add("x.example", "TXT", "\"v=spf1 ip4:192.0.2.1 -all\"")
        .add("_dmarc.x.example", "TXT", "\"v=DMARC1; p=reject\"");
  }

  @AfterEach
  void stop() {
    dns.close();
  }

  private int run(String in, String... arguments) throws IOException {
    var stdin = new ByteArrayInputStream(in.getBytes(StandardCharsets.UTF_8));
    return new CheckMessageCommand(stdin, new PrintStream(out, false, StandardCharsets.UTF_8))
        .run(List.of(arguments));
  }

  private List<String> said() {
    return out.toString(StandardCharsets.UTF_8).lines().toList();
  }

  private String request(String ip) {
    return "{\"ip\": \"%s\", \"mailFrom\": \"u@x.example\", \"dns\": \"%s\"}"
        .formatted(ip, dns.address());
  }

  @Test
  void everyLineIsAnsweredInOrder() throws IOException {
    String in = request("192.0.2.1") + "\nnonsense\n\n[]\n" + request("192.0.2.2");

    assertThat(run(in, "--stdin")).isZero();

    assertThat(said()).hasSize(4);
    assertThat(said().get(0)).startsWith("{\"spf\":{\"result\":\"pass\"");
    assertThat(said().get(1)).startsWith("{\"error\":{\"message\":\"not a request");
    assertThat(said().get(2)).startsWith("{\"error\":{\"message\":\"not a request");
    assertThat(said().get(3)).startsWith("{\"spf\":{\"result\":\"fail\"");
  }

  /** A suite may wait for each answer before it asks again. */
  @Test
  @Timeout(60)
  void anAnswerDoesNotWaitForTheNextQuestion() throws Exception {
    var questions = new PipedOutputStream();
    var stdin = new PipedInputStream(questions);
    var answers = new PipedInputStream();
    var stdout = new PrintStream(new PipedOutputStream(answers), false, StandardCharsets.UTF_8);
    Callable<Integer> command =
        () -> new CheckMessageCommand(stdin, stdout).run(List.of("--stdin"));
    var running = new FutureTask<>(command);
    Thread.ofVirtual().start(running);
    var reader = new BufferedReader(new InputStreamReader(answers, StandardCharsets.UTF_8));

    for (int i = 0; i < 3; i++) {
      questions.write((request("192.0.2.1") + "\n").getBytes(StandardCharsets.UTF_8));
      questions.flush();
      assertThat(reader.readLine()).contains("pass");
    }
    questions.close();

    assertThat(running.get(30, TimeUnit.SECONDS)).isZero();
  }

  @Test
  void oneMessageIsCheckedByOptions(@TempDir Path folder) throws IOException {
    Path message = folder.resolve("message.eml");
    Files.writeString(message, "From: a@x.example\nSubject: x\n\nx\n");

    int code =
        run(
            "",
            "--ip",
            "192.0.2.1",
            "--helo",
            "h.example",
            "--from",
            "u@x.example",
            "--dns",
            dns.address().toString(),
            message.toString());

    assertThat(code).isZero();
    assertThat(said().getFirst()).contains("\"dmarc\":{\"result\":\"pass\",\"policy\":\"reject\"");
  }

  @Test
  void whoCallsItWronglyIsToldHow() throws IOException {
    assertThat(run("")).isEqualTo(2);
    assertThat(run("", "--ip")).isEqualTo(2);
    assertThat(run("", "--no-such", "x")).isEqualTo(2);
    assertThat(run("", "--ip", "nowhere")).isEqualTo(1);
    assertThat(said().getFirst()).contains("check-message --stdin");
  }
}
