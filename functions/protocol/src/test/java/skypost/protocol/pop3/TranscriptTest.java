package skypost.protocol.pop3;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import skypost.protocol.net.TcpServer;

/** Every dialogue of {@code src/test/resources/pop3}, line by line and with all commands in one packet. */
class TranscriptTest {
  private final TestMaildrops drops = new TestMaildrops();

  static Stream<Pop3Transcript> transcripts() throws IOException, URISyntaxException {
    Path folder = Path.of(TranscriptTest.class.getResource("/pop3").toURI());
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> sorted = files.filter(file -> file.toString().endsWith(".pop3")).sorted().toList();
      assertThat(sorted).isNotEmpty();
      return sorted.stream().map(TranscriptTest::read);
    }
  }

  static Stream<Pop3Transcript> pipelined() throws IOException, URISyntaxException {
    return transcripts().filter(Pop3Transcript::canBePipelined);
  }

  @ParameterizedTest
  @MethodSource("transcripts")
  void lineByLine(Pop3Transcript transcript) throws IOException {
    try (TcpServer server = start(transcript);
        Socket socket = connect(server)) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      for (Pop3Transcript.Step step : transcript.steps()) {
        if (step instanceof Pop3Transcript.Step.Send(String bytes)) {
          socket.getOutputStream().write(bytes.getBytes(StandardCharsets.UTF_8));
        } else {
          check(step, in);
        }
      }
    }
    assertThat(drops.openStreams()).isZero();
  }

  @ParameterizedTest
  @MethodSource("pipelined")
  void inOnePacket(Pop3Transcript transcript) throws IOException {
    try (TcpServer server = start(transcript);
        Socket socket = connect(server)) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      StringBuilder all = new StringBuilder();
      for (Pop3Transcript.Step step : transcript.steps()) {
        if (step instanceof Pop3Transcript.Step.Send(String bytes)) {
          all.append(bytes);
        }
      }
      socket.getOutputStream().write(all.toString().getBytes(StandardCharsets.UTF_8));
      for (Pop3Transcript.Step step : transcript.steps()) {
        check(step, in);
      }
    }
  }

  private void check(Pop3Transcript.Step step, InputStream in) throws IOException {
    switch (step) {
      case Pop3Transcript.Step.Expect(String line) -> assertThat(readLine(in)).isEqualTo(line);
      case Pop3Transcript.Step.ExpectClosed closed -> assertThat(in.read()).as("the end of the connection").isEqualTo(-1);
      case Pop3Transcript.Step.Happen(TestMaildrops.Event event) -> drops.happens(event);
      case Pop3Transcript.Step.MessagesLeft(int count) -> assertThat(drops.left).hasSize(count);
      case Pop3Transcript.Step.Send send -> {}
    }
  }

  private TcpServer start(Pop3Transcript transcript) throws IOException {
    boolean trusted = !transcript.name().startsWith("untrusted-");
    Pop3Options options =
        new Pop3Options("pop.here.example", Optional.empty(), client -> trusted, Duration.ofSeconds(20), Duration.ZERO);
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return TcpServer.start(
        TcpServer.Options.plain("pop3", address, 4, Pop3Options.BUSY, Pop3Options.FAREWELL),
        wire -> Pop3Connection.serve(wire, options, drops));
  }

  private static Socket connect(TcpServer server) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), server.port());
    socket.setSoTimeout(20_000);
    return socket;
  }

  private static String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int b; (b = in.read()) >= 0; line.write(b)) {
      if (b == '\n') {
        String text = line.toString(StandardCharsets.UTF_8);
        assertThat(text).endsWith("\r");
        return text.substring(0, text.length() - 1);
      }
    }
    return "<closed after \"" + line.toString(StandardCharsets.UTF_8) + "\">";
  }

  private static Pop3Transcript read(Path file) {
    try {
      return Pop3Transcript.read(file);
    } catch (IOException fault) {
      throw new java.io.UncheckedIOException(fault);
    }
  }
}
