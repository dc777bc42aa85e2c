package skypost.protocol.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import skypost.protocol.net.TcpServer;
import skypost.protocol.net.TestTls;
import skypost.protocol.net.Transcript;
import skypost.protocol.net.Wire;

/**
 * Runs every {@code *.smtp} file in memory and over TCP. Option {@code stored} is the number of
 * messages that must result.
 */
class SmtpTranscriptTest {

  static List<Transcript> transcripts() throws IOException, URISyntaxException {
    Path folder = Path.of(SmtpTranscriptTest.class.getResource("/smtp").toURI());
    try (Stream<Path> files = Files.list(folder)) {
      return files
          .filter(file -> file.toString().endsWith(".smtp"))
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
    MemorySink sink = new MemorySink();
    transcript.runInMemory(wire -> serve(wire, transcript, sink));
    checkStored(transcript, sink);
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void overTcp(Transcript transcript) throws IOException {
    MemorySink sink = new MemorySink();
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    var options =
        TcpServer.Options.plain("smtp", address, 10, "421 4.3.2 busy\r\n", "421 4.3.2 bye\r\n");
    if (!transcript.option("tls", "no").equals("no")) {
      options = options.withTls(TestTls.server());
    }
    boolean proxied = !transcript.option("proxied", "no").equals("no");
    options = options.withProxied(peer -> proxied);
    try (TcpServer server = TcpServer.start(options, wire -> serve(wire, transcript, sink))) {
      transcript.runOverTcp(
          server.port(),
          TestTls.client(),
          () -> Thread.ofVirtual().start(() -> server.drain(Duration.ofSeconds(20))));
    }
    checkStored(transcript, sink);
  }

  private static void checkStored(Transcript transcript, MemorySink sink) {
    assertThat(sink.stored()).hasSize(Integer.parseInt(transcript.option("stored", "0")));
  }

  private static void serve(Wire wire, Transcript transcript, MemorySink sink) throws IOException {
    sink.fail(!transcript.option("broken-sink", "no").equals("no"));
    var service = SmtpSettings.Service.valueOf(transcript.option("service", "MX"));
    EnumSet<Extension> extensions = EnumSet.noneOf(Extension.class);
    for (String name : transcript.option("extensions", "").split(" ")) {
      if (!name.isEmpty()) {
        extensions.add(Extension.valueOf(name));
      }
    }
    var settings =
        new SmtpSettings(
                service, "mx.test", Optional.of(TestTls.server()), extensions, limits(transcript))
            .withBearerTokens(transcript.option("tokens", "no").equals("yes"));
    new SmtpConnection(wire, settings, new ListGate(), sink).run();
  }

  /** Options {@code size}, {@code recipients}, {@code transactions} and {@code greeting-delay}. */
  private static SmtpLimits limits(Transcript transcript) {
    SmtpLimits usual = SmtpLimits.of(Long.parseLong(transcript.option("size", "100000")));
    String recipients = transcript.option("recipients", "" + usual.recipients());
    String transactions = transcript.option("transactions", "" + usual.transactions());
    return new SmtpLimits(
        usual.messageBytes(),
        Integer.parseInt(recipients),
        Integer.parseInt(transactions),
        usual.textLine(),
        usual.receivedFields(),
        usual.errors(),
        usual.junk(),
        usual.refusals(),
        usual.loginFailures(),
        Duration.ofMillis(Long.parseLong(transcript.option("greeting-delay", "0"))),
        usual.commandTimeout(),
        usual.dataTimeout(),
        usual.leastRate(),
        usual.messageTimeout());
  }
}
