package skypost.mail.archive;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What mbox files of other programs come to. */
class MboxReaderTest {
  private static final String FROM = "From ann@a.example Wed Nov 25 08:00:00 2026\n";

  @Test
  void messagesAreSeparatedByAnEmptyLineAndAFromLine() throws IOException {
    String mbox = FROM + "Subject: 1\n\none\n\n" + FROM + "Subject: 2\n\ntwo\n\n";

    assertThat(contents(mbox)).containsExactly("Subject: 1\n\none\n", "Subject: 2\n\ntwo\n");
  }

  @Test
  void linesOfBothEndsAreRead() throws IOException {
    String mbox =
        (FROM + "Subject: 1\n\none\n\n" + FROM + "Subject: 2\n\ntwo\n").replace("\n", "\r\n");

    assertThat(contents(mbox))
        .containsExactly("Subject: 1\r\n\r\none\r\n", "Subject: 2\r\n\r\ntwo\r\n");
  }

  @Test
  void aQuotedLineLosesOneMark() throws IOException {
    assertThat(contents(FROM + "S: 1\n\n>From here\n>>From there\n> From\n>Fromage\n"))
        .containsExactly("S: 1\n\nFrom here\n>From there\n> From\n>Fromage\n");
  }

  @Test
  void textThatBeginsWithFromSeparatesNothing() throws IOException {
    String body = "S: 1\n\none\n\nFrom my point of view\n\nFrom Wed to Thu\n";

    assertThat(contents(FROM + body)).containsExactly(body);
  }

  @Test
  void aFromLineWithoutAnEmptyLineBeforeItIsText() throws IOException {
    assertThat(contents(FROM + "S: 1\n\none\n" + FROM + "two\n"))
        .containsExactly("S: 1\n\none\n" + FROM + "two\n");
  }

  @Test
  void contentLengthIsNotBelieved() throws IOException {
    String mbox = FROM + "Content-Length: 100000\n\none\n\n" + FROM + "S: 2\n\ntwo\n";

    assertThat(contents(mbox)).hasSize(2);
  }

  @Test
  void onlyTheLastOfSeveralEmptyLinesIsTheSeparators() throws IOException {
    assertThat(contents(FROM + "S: 1\n\none\n\n\n\n" + FROM + "S: 2\n\n\n"))
        .containsExactly("S: 1\n\none\n\n\n", "S: 2\n\n");
  }

  @Test
  void aLineLongerThanAnyBufferComesThrough() throws IOException {
    String line = "x".repeat(300_000);

    assertThat(contents(FROM + "S: 1\n\n" + line + "\n\n" + FROM + "S: 2\n\n>From " + line))
        .containsExactly("S: 1\n\n" + line + "\n", "S: 2\n\nFrom " + line);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          From ann@a.example Wed Nov 25 08:00:00 2026            | ann@a.example | 2026-11-25T08:00:00Z
          From ann@a.example  Wed Nov  5 08:00:00 2026           | ann@a.example | 2026-11-05T08:00:00Z
          From - Wed Nov 25 08:00:00 2026                        |               | 2026-11-25T08:00:00Z
          From MAILER-DAEMON Wed Nov 25 08:00 2026               |               | 2026-11-25T08:00:00Z
          From ann@a.example Wed Nov 25 08:00:00 GMT 2026        | ann@a.example | 2026-11-25T08:00:00Z
          From ann@a.example Wed Nov 25 08:00:00 +0100 2026      | ann@a.example | 2026-11-25T07:00:00Z
          From ann@a.example Wed Nov 25 08:00:00 2026 -0500      | ann@a.example | 2026-11-25T13:00:00Z
          From "o hara"@a.example Wed Nov 25 08:00:00 2026       | "o hara"@a.example | 2026-11-25T08:00:00Z
          From 1234567890@xxx Wed Nov 25 08:00:00 +0000 2026     |               | 2026-11-25T08:00:00Z
          From ann@a.example Wed Nov 25 08:00:00 2026 remote from x | ann@a.example | 2026-11-25T08:00:00Z
          """)
  void fromLinesOfAllFamiliesAreRead(String line, String sender, Instant date) throws IOException {
    ArchivedMessage message = reader(line + "\nS: 1\n\n").next().orElseThrow();

    assertThat(message.date()).contains(date);
    if (sender != null && sender.contains("@")) {
      assertThat(message.sender().orElseThrow()).hasToString(sender);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Return-Path: <a@b>\n\nno mbox\n",
        "From nobody at no time\n\n",
        "From ann@a.example Mon Feb 30 08:00:00 2026\n\n",
        "PK\u0003\u0004 a zip"
      })
  void whatIsNoMboxIsSaidToBeNone(String text) {
    assertThatThrownBy(() -> reader(text).next())
        .isInstanceOf(BrokenArchiveException.class)
        .hasMessageContaining("not an mbox");
  }

  @Test
  void nothingIsAnMboxWithoutMessages() throws IOException {
    assertThat(contents("")).isEmpty();
    assertThat(contents("\n\r\n")).isEmpty();
  }

  /** As an import does that was handed on at any message. */
  @Test
  void readingGoesOnWhereItStopped() throws IOException {
    String mbox =
        "\n"
            + FROM
            + "S: 1\n\none\n\n"
            + FROM
            + "S: 2\n\n>From\n>From x\n\n\n"
            + FROM
            + "S: 3\r\n\r\n\r\n";
    List<String> whole = contents(mbox);
    byte[] octets = mbox.getBytes(StandardCharsets.UTF_8);

    List<String> pieces = new ArrayList<>();
    long position = 0;
    for (int i = 0; i < whole.size(); i++) {
      var rest = new ByteArrayInputStream(octets, (int) position, octets.length - (int) position);
      ArchiveReader reader = ArchiveReader.of(ArchiveFormat.MBOX, rest, position, Map.of());
      pieces.add(content(reader.next().orElseThrow()));
      position = reader.position();
    }

    assertThat(pieces).isEqualTo(whole).hasSize(3);
    assertThat(position).isEqualTo(octets.length);
  }

  @Test
  void whatIsNotReadOfAMessageIsSkipped() throws IOException {
    ArchiveReader reader = reader(FROM + "S: 1\n\none\n\n" + FROM + "S: 2\n\ntwo\n\n");
    reader.next();

    assertThat(content(reader.next().orElseThrow())).isEqualTo("S: 2\n\ntwo\n");
    assertThat(reader.next()).isEqualTo(Optional.empty());
  }

  private static ArchiveReader reader(String mbox) {
    var octets = new ByteArrayInputStream(mbox.getBytes(StandardCharsets.UTF_8));
    return ArchiveReader.of(ArchiveFormat.MBOX, octets, 0, Map.of());
  }

  private static List<String> contents(String mbox) throws IOException {
    List<String> contents = new ArrayList<>();
    ArchiveReader reader = reader(mbox);
    for (var next = reader.next(); next.isPresent(); next = reader.next()) {
      contents.add(content(next.get()));
    }
    return contents;
  }

  private static String content(ArchivedMessage message) throws IOException {
    return new String(message.content().readAllBytes(), StandardCharsets.UTF_8);
  }
}
