package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The local system as a process of its own, as a user starts it, so that it can be killed like one.
 */
final class LocalProcess implements AutoCloseable {
  static final String TOKEN = "test-token-0123456789";
  private static final Pattern PORT =
      Pattern.compile("(smtp|submission|submissions|pop3|pop3s|api)=(\\d+)");
  private static final Duration READY = Duration.ofSeconds(60);

  private final Process process;
  private final Map<String, Integer> ports = new HashMap<>();
  private final HttpClient http = HttpClient.newHttpClient();
  private final Path log;

  private LocalProcess(Process process, Path log) {
    this.process = process;
    this.log = log;
  }

  /**
   * What a start says on stdout and stderr and how it ends, for starts that are expected to fail or
   * to end by themselves.
   */
  record Ended(int exit, String out, String err) {}

  /** Starts on free ports and returns when it says that it is ready. */
  static LocalProcess start(Path data, Map<String, String> settings) throws IOException {
    Path log = data.resolve("system-" + System.nanoTime() + ".log");
    Files.createDirectories(data);
    Process process = command(data, settings).redirectError(log.toFile()).start();
    LocalProcess system = new LocalProcess(process, log);
    try {
      system.awaitReady();
    } catch (IOException | RuntimeException failed) {
      process.destroyForcibly();
      throw failed;
    }
    return system;
  }

  /** Runs it to its end. */
  static Ended run(Path data, Map<String, String> settings, String... arguments) throws Exception {
    ProcessBuilder builder = command(data, settings);
    builder.command().addAll(List.of(arguments));
    Process process = builder.start();
    byte[] out = process.getInputStream().readAllBytes();
    byte[] err = process.getErrorStream().readAllBytes();
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    return new Ended(
        process.exitValue(),
        new String(out, StandardCharsets.UTF_8),
        new String(err, StandardCharsets.UTF_8));
  }

  private static ProcessBuilder command(Path data, Map<String, String> settings) {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(
        List.of(
            "-XX:+UseSerialGC",
            "-Xmx256m",
            "--sun-misc-unsafe-memory-access=allow",
            "--enable-native-access=ALL-UNNAMED",
            "-Ddnsjava.nio.selector_timeout=50",
            "-cp",
            System.getProperty("java.class.path"),
            "skypost.local.Main"));
    ProcessBuilder builder = new ProcessBuilder(command);
    Map<String, String> environment = builder.environment();
    environment
        .keySet()
        .removeIf(key -> key.startsWith("SKYPOST_") && !key.equals("SKYPOST_DYNOXIDE"));
    environment.put("SKYPOST_DATA", data.toString());
    environment.put("SKYPOST_ADMIN_TOKEN", TOKEN);
    environment.put("SKYPOST_HOSTNAME", "mx.skypost.example");
    for (String service : List.of("SMTP", "SUBMISSION", "SUBMISSIONS", "POP3", "POP3S", "API")) {
      environment.put("SKYPOST_PORT_" + service, "0");
    }
    environment.putAll(settings);
    return builder;
  }

  private void awaitReady() throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    Thread.ofVirtual().start(this::killWhenLate);
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      if (line.startsWith("skypost ready")) {
        Matcher matcher = PORT.matcher(line);
        while (matcher.find()) {
          ports.put(matcher.group(1), Integer.parseInt(matcher.group(2)));
        }
        Thread.ofVirtual().start(() -> drain(out));
        return;
      }
    }
    throw new IOException("the system ended before it was ready: " + log());
  }

  private void killWhenLate() {
    try {
      Thread.sleep(READY);
    } catch (InterruptedException stop) {
      return;
    }
    if (ports.isEmpty()) {
      process.destroyForcibly();
    }
  }

  private static void drain(BufferedReader out) {
    try {
      while (out.readLine() != null) {
        // what it prints later is not looked at, but the pipe must not fill up
      }
    } catch (IOException ended) {
      return;
    }
  }

  int port(String service) {
    return ports.get(service);
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  String log() throws IOException {
    return Files.readString(log);
  }

  /** SIGKILL, as kill -9. */
  void kill() throws InterruptedException {
    process.destroyForcibly().waitFor();
  }

  /** An answer of the API. */
  record Answer(int status, Map<String, Object> body) {}

  /** Calls the API with the admin token. */
  Answer api(String method, String path, String body) {
    try {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port("api") + path))
              .header("Authorization", "Bearer " + TOKEN)
              .header("Content-Type", "application/json")
              .method(
                  method,
                  body == null
                      ? HttpRequest.BodyPublishers.noBody()
                      : HttpRequest.BodyPublishers.ofString(body))
              .build();
      HttpResponse<String> response = http.send(request, HttpResponse.BodyHandlers.ofString());
      Map<String, Object> fields =
          response.body().isEmpty() ? Map.of() : JSON.std.mapFrom(response.body());
      return new Answer(response.statusCode(), fields);
    } catch (IOException fault) {
      throw new java.io.UncheckedIOException(fault);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(interrupted);
    }
  }

  /** Makes a local domain and users whose password is {@code secret}. */
  void users(String domain, String... locals) {
    assertThat(api("PUT", "/v1/domains/" + domain, "{\"kind\": \"local\"}").status())
        .isIn(200, 201);
    for (String local : locals) {
      Answer answer = api("PUT", "/v1/users/" + local + "@" + domain, "{\"password\": \"secret\"}");
      assertThat(answer.status()).as("%s", answer).isIn(200, 201);
    }
  }

  /** Messages of INBOX. */
  long inbox(String user) {
    return ((Number) api("GET", "/v1/users/" + user + "/mailbox", null).body().get("messages"))
        .longValue();
  }

  /** Waits until something is so; fails with what it is instead after a long while. */
  static <T> T await(String what, Supplier<T> probe, java.util.function.Predicate<T> wanted)
      throws InterruptedException {
    Instant deadline = Instant.now().plusSeconds(60);
    T last = probe.get();
    while (!wanted.test(last)) {
      assertThat(Instant.now()).as("%s, but it is %s", what, last).isBefore(deadline);
      Thread.sleep(20);
      last = probe.get();
    }
    return last;
  }

  /** SIGTERM, and waits for the end. */
  @Override
  public void close() {
    process.destroy();
    try {
      if (!process.waitFor(40, TimeUnit.SECONDS)) {
        process.destroyForcibly().waitFor();
        throw new AssertionError("SIGTERM did not stop the system");
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
