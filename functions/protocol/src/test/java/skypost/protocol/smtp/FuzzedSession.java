package skypost.protocol.smtp;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import skypost.protocol.log.EventLog;
import skypost.protocol.net.Wire;

/**
 * What a whole session makes of some input.
 *
 * @param output all that the server said, one octet per character
 * @param stored the messages it took
 */
record FuzzedSession(String output, List<String> stored) {
  private static final PrintStream SILENCE = new PrintStream(OutputStream.nullOutputStream());
  private static final Pattern REPLIES = Pattern.compile("(?:[2-5]\\d\\d[ -][^\r\n]*+\r\n)*+");
  private static final String BEGINNING =
      "EHLO x\r\nMAIL FROM:<a@b.test>%s\r\nRCPT TO:<alice@example.com>\r\n";

  /**
   * Says a transaction's beginning and then the input.
   *
   * @param parameters of MAIL
   * @param block octets that come at once
   */
  static FuzzedSession of(String parameters, byte[] input, int block) {
    ByteArrayOutputStream said = new ByteArrayOutputStream();
    said.writeBytes(BEGINNING.formatted(parameters).getBytes(ISO_8859_1));
    said.writeBytes(input);
    ByteArrayOutputStream output = new ByteArrayOutputStream();
    MemorySink sink = new MemorySink();
    Wire wire =
        Wire.over(new Blocks(said.toByteArray(), block), output, InetAddress.getLoopbackAddress());
    SmtpSettings settings =
        new SmtpSettings(
            SmtpSettings.Service.MX,
            "mx.test",
            Optional.empty(),
            EnumSet.allOf(Extension.class),
            SmtpLimits.of(10_000));
    EventLog.to(SILENCE); // a hundred thousand sessions would say a hundred thousand things
    try {
      new SmtpConnection(wire, settings, new ListGate(), sink).run();
    } catch (IOException fault) {
      assertThat(Wire.isPeerGone(fault)).as("%s", fault).isTrue();
    } finally {
      EventLog.to(System.err);
    }
    wire.close();
    return new FuzzedSession(
        output.toString(ISO_8859_1),
        sink.stored().stream().map(MemorySink.Stored::latin1).toList());
  }

  /** Every reply is well formed. */
  void assertWellFormed() {
    assertThat(REPLIES.matcher(output).matches()).as("%s", output).isTrue();
  }
}
