package skypost.protocol.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import skypost.protocol.net.TcpServer;
import skypost.protocol.net.TestTls;
import skypost.protocol.net.Transcript;
import skypost.protocol.net.Wire;

/**
 * Runs every {@code *.pop3} file in memory and over TCP. Options: {@code trusted} and {@code stls}
 * are yes or no, {@code event} goes wrong {@code after} so many commands that touched a message,
 * {@code left} messages must remain of three.
 */
class Pop3TranscriptTest {

  static List<Transcript> transcripts() throws IOException, URISyntaxException {
    Path folder = Path.of(Pop3TranscriptTest.class.getResource("/pop3").toURI());
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".pop3"))
          .sorted()
          .map(Transcript::load)
          .toList();
    }
  }

  static List<Transcript> transcriptsWithoutTls() throws IOException, URISyntaxException {
    return transcripts().stream().filter(transcript -> !transcript.needsTcp()).toList();
  }

  @ParameterizedTest
  @MethodSource("transcriptsWithoutTls")
  void inMemory(Transcript transcript) throws IOException {
    TestMaildrops drops = drops(transcript);
    transcript.runInMemory(wire -> serve(wire, transcript, drops));
    checkLeft(transcript, drops);
    assertThat(drops.isHeld()).isFalse();
    assertThat(drops.openStreams()).isZero();
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void overTcp(Transcript transcript) throws IOException {
    TestMaildrops drops = drops(transcript);
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var options =
        TcpServer.Options.plain("pop3", address, 10, Pop3Options.BUSY, Pop3Options.FAREWELL);
    if (transcript.option("tls", "no").equals("yes")) {
      options = options.withTls(TestTls.server());
    }
    try (TcpServer server = TcpServer.start(options, wire -> serve(wire, transcript, drops))) {
      transcript.runOverTcp(server.port(), TestTls.client());
    }
    checkLeft(transcript, drops);
  }

  private static void checkLeft(Transcript transcript, TestMaildrops drops) {
    assertThat(drops.left).hasSize(Integer.parseInt(transcript.option("left", "3")));
  }

  private static TestMaildrops drops(Transcript transcript) {
    String event = transcript.option("event", "").toUpperCase(Locale.ROOT).replace('-', '_');
    return new TestMaildrops(
        Optional.of(event).filter(name -> !name.isEmpty()).map(TestMaildrops.Event::valueOf),
        Integer.parseInt(transcript.option("after", "0")));
  }

  private static void serve(Wire wire, Transcript transcript, TestMaildrops drops)
      throws IOException {
    boolean trusted = transcript.option("trusted", "yes").equals("yes");
    var stls =
        transcript.option("stls", "yes").equals("yes")
            ? Optional.of(TestTls.server())
            : Optional.<javax.net.ssl.SSLContext>empty();
    var options =
        new Pop3Options("pop.here.example", stls, client -> trusted, Duration.ofSeconds(20))
            .withBearerTokens(transcript.option("tokens", "no").equals("yes"));
    Pop3Connection.serve(wire, options, drops, Pop3Monitor.NONE);
  }
}
