package skypost.local.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Starts our own servers, each in a process of its own under one scratch folder. */
final class Servers {
  /** The domain that every measured server must take mail for. */
  static final String DOMAIN = "bench.test";

  /** The recipients are user0 to user7, so that no mailbox is everybody's bottleneck. */
  static final int USERS = 8;

  private static final String HEAP = "256m";
  private static final String TOKEN = "bench-token-0123456789";

  private final Path scratch;

  Servers(Path scratch) {
    this.scratch = scratch;
  }

  /** Starts a server by its name in the options. */
  Server start(String name) throws IOException {
    return switch (name) {
      case "front" -> front("front", List.of());
      case "s3" -> front("front + embedded S3", List.of(scratch.resolve("s3").toString()));
      case "local" -> local();
      case "postfix" -> PostfixServer.start(scratch.resolve("postfix"));
      default -> throw new IllegalArgumentException("no such server: " + name);
    };
  }

  private Server front(String name, List<String> arguments) throws IOException {
    List<String> command = new java.util.ArrayList<>(List.of(BenchFront.class.getName()));
    command.addAll(arguments);
    ChildJvm child =
        ChildJvm.start(HEAP, log(name), command, Map.of(), line -> line.startsWith("ready "));
    return server(name, Integer.parseInt(child.ready().substring("ready ".length())), child);
  }

  private Server local() throws IOException {
    LocalChild system = LocalChild.start(scratch.resolve("local"), HEAP, Map.of(), log("local"));
    system.api("PUT", "/v1/domains/" + DOMAIN, "{\"kind\": \"local\"}");
    for (int i = 0; i < USERS; i++) {
      system.api(
          "PUT",
          "/v1/users/user" + i + "@" + DOMAIN,
          "{\"password\": \"secret-of-the-bench\", \"quotaBytes\": 1000000000000}");
    }
    return server("local system", system.port("smtp"), system.child());
  }

  private Path log(String name) throws IOException {
    Files.createDirectories(scratch);
    return scratch.resolve(name.replace(' ', '-') + ".log");
  }

  private static Server server(String name, int port, ChildJvm child) {
    return new Server(
        name,
        new InetSocketAddress("127.0.0.1", port),
        Optional.of(child.tree()),
        true,
        child::close);
  }

  /**
   * The local system as a process.
   *
   * @param child the process
   * @param ports by service
   */
  record LocalChild(ChildJvm child, Map<String, Integer> ports) {
    private static final Pattern PORT = Pattern.compile("(\\w+)=(\\d+)");

    static LocalChild start(Path data, String heap, Map<String, String> settings, Path log)
        throws IOException {
      Map<String, String> environment = new HashMap<>(settings);
      environment.put("SKYPOST_DATA", data.toString());
      environment.put("SKYPOST_ADMIN_TOKEN", TOKEN);
      environment.put("SKYPOST_HOSTNAME", "mx.bench.test");
      for (String door : List.of("SMTP", "SUBMISSION", "SUBMISSIONS", "POP3", "POP3S", "API")) {
        environment.put("SKYPOST_PORT_" + door, "0");
      }
      ChildJvm child =
          ChildJvm.start(
              heap,
              log,
              List.of("skypost.local.Main"),
              environment,
              line -> line.startsWith("skypost ready"));
      Map<String, Integer> ports = new HashMap<>();
      Matcher matcher = PORT.matcher(child.ready());
      while (matcher.find()) {
        ports.put(matcher.group(1), Integer.valueOf(matcher.group(2)));
      }
      return new LocalChild(child, ports);
    }

    int port(String service) {
      return ports.get(service);
    }

    /** Calls the API. @throws IOException when it refuses */
    void api(String method, String path, String body) throws IOException {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port("api") + path))
              .header("Authorization", "Bearer " + TOKEN)
              .header("Content-Type", "application/json")
              .method(method, HttpRequest.BodyPublishers.ofString(body))
              .build();
      try (HttpClient http = HttpClient.newHttpClient()) {
        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
        if (answer.statusCode() >= 300) {
          throw new IOException(path + ": " + answer.body());
        }
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        throw new IOException(stop);
      }
    }
  }
}
