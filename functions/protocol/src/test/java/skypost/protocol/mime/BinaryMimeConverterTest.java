package skypost.protocol.mime;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Which octets of a message with binary parts change, and which do not (RFC 3030 section 3). */
class BinaryMimeConverterTest {
  private static final String BINARY = "Content-Transfer-Encoding: binary\r\n";

  @Test
  void aPictureBecomesBase64AndItsFieldStandsLast() {
    assertConverted(
        "MIME-Version: 1.0\r\n" + BINARY + "Content-Type: image/png\r\nSubject: x\r\n\r\nab\n\r\0",
        "MIME-Version: 1.0\r\nContent-Type: image/png\r\nSubject: x\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\nYWIKDQA=\r\n");
  }

  @Test
  void aTextStaysReadableAndKeepsItsLineEnds() {
    assertConverted(
        "Content-Type: text/plain; charset=utf-8\r\n" + BINARY + "\r\none\r\ntwo\nthree\r\n",
        "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: quoted-printable"
            + "\r\n\r\none\r\ntwo=0Athree\r\n");
    assertConverted(
        BINARY + "\r\nno line end",
        "Content-Transfer-Encoding: quoted-printable\r\n\r\nno line end=\r\n");
  }

  @Test
  void partsAreChangedWhereverTheyAreNestedAndNothingElseIs() {
    assertConverted(
        "Content-Type: multipart/mixed; boundary=\"out er\"\r\n"
            + BINARY
            + "\r\npreamble\r\n--out er \t\r\nContent-Type: message/rfc822\r\n"
            + BINARY
            + "\r\nContent-Type: multipart/digest; boundary=in\r\n\r\n--in\r\n\r\nSubject: y\r\n"
            + BINARY
            + "\r\nz\n\r\n--in--\r\nepilogue\r\n--out er\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n\r\nGr\u00fc\u00dfe\r\n\r\n--out er--\r\nend\r\n",
        "Content-Type: multipart/mixed; boundary=\"out er\"\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n"
            + "\r\npreamble\r\n--out er \t\r\nContent-Type: message/rfc822\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n"
            + "\r\nContent-Type: multipart/digest; boundary=in\r\n\r\n--in\r\n\r\nSubject: y\r\n"
            + "Content-Transfer-Encoding: quoted-printable\r\n"
            + "\r\nz=0A\r\n--in--\r\nepilogue\r\n--out er\r\n"
            + "Content-Transfer-Encoding: 8bit\r\n\r\nGr\u00fc\u00dfe\r\n\r\n--out er--\r\nend\r\n");
  }

  @Test
  void lineEndBeforeADelimiterIsTheDelimiters() {
    String head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: x/y\r\n";
    String kept = head + "Content-Transfer-Encoding: base64\r\n\r\n";
    assertConverted(head + BINARY + "\r\n--b--\r\n", kept + "--b--\r\n");
    assertConverted(head + BINARY + "\r\n\r\n--b--\r\n", kept + "\r\n--b--\r\n");
    assertConverted(head + BINARY + "\r\na\r\n--b--\r\n", kept + "YQ==\r\n--b--\r\n");
    assertConverted(head + BINARY + "\r\na\r\n\r\n--b--\r\n", kept + "YQ0K\r\n--b--\r\n");
    assertConverted(head + BINARY + "\r\na\n--b--\r\n", kept + "YQotLWItLQ0K\r\n");
    assertConverted(head + BINARY + "\r\na\r\n--bb\r\n--b--", kept + "YQ0KLS1iYg==\r\n--b--");
    assertConverted(
        head + BINARY + "--b--\r\n", head + "Content-Transfer-Encoding: 8bit\r\n--b--\r\n");
  }

  /** A soft line break must not put a delimiter where there was none. */
  @Test
  void encodedTextHasNoDelimiters() {
    String head = "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n";
    String text = "x".repeat(75);
    assertConverted(
        head + BINARY + "\r\n" + text + "--b\r\n--bb\r\n--b--\r\n",
        head
            + "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
            + text
            + "=\r\n=2D-b\r\n=2D-bb\r\n--b--\r\n");
  }

  @Test
  void missingLastDelimiterLosesNothing() {
    assertConverted(
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: x/y\r\n"
            + BINARY
            + "\r\na\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: x/y\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\nYQ0K\r\n");
  }

  @Test
  void delimiterOfAnOuterMultipartEndsAnInnerPart() {
    assertConverted(
        "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n"
            + "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: x/y\r\n"
            + BINARY
            + "\r\na\r\n--o--\r\n",
        "Content-Type: multipart/mixed; boundary=o\r\n\r\n--o\r\n"
            + "Content-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\nContent-Type: x/y\r\n"
            + "Content-Transfer-Encoding: base64\r\n\r\nYQ==\r\n--o--\r\n");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Subject: x\r\n\r\nplain\r\n",
        "Content-Transfer-Encoding: (binary) 8bit\r\n\r\nbinary\r\n",
        "Content-Transfer-Encoding:\r\n base64\r\nSubject: x\r\n\r\nAAAA\r\n",
        "Content-Type: multipart/mixed; boundary=b\r\n\r\nno part\r\n--c\r\n",
        "Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n",
        "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\nA: b\r\n\r\nc\r\n--b--\r\n",
        "\r\n",
        "Subject: no body\r\n"
      })
  void whatIsNotBinaryStaysOctetForOctet(String message) {
    assertConverted(message, message);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Subject: x\n\r\n",
        "Subject: x\rY: z\r\n\r\n",
        "no field\r\n\r\n",
        " folded: first\r\n\r\n",
        "Content-Transfer-Encoding: binary\r\ncontent-transfer-encoding: 7bit\r\n\r\n",
        "Content-Type: text/plain\r\nContent-Type: text/html\r\n\r\n",
        "Content-Type: multipart/mixed\r\n\r\n",
        "Subject: half a fie"
      })
  void headerThatCanBeReadInTwoWaysIsRefused(String message) {
    assertThat(convert(message, 1000).fault()).isPresent();
  }

  @Test
  void whatIsSignedIsNotTouched() {
    String message =
        "Content-Type: multipart/signed; boundary=b\r\n\r\n--b\r\n" + BINARY + "\r\nx\r\n--b--\r\n";
    assertThat(convert(message, 1000).fault()).contains("a binary part is signed as it is");
  }

  @Test
  void nestingAndFieldsAreBounded() {
    String parts = "";
    for (int i = 0; i < 200; i++) {
      parts += "Content-Type: multipart/mixed; boundary=b" + i + "\r\n\r\n--b" + i + "\r\n";
    }
    assertThat(convert(parts, 1000).fault()).contains("parts are nested too deep");
    assertThat(convert("Content-Type: message/rfc822\r\n\r\n".repeat(200), 1000).fault())
        .contains("parts are nested too deep");
    assertThat(convert("Content-Type: x/y" + ";\r\n a=b".repeat(2000) + "\r\n\r\n", 99).fault())
        .isPresent();
    assertThat(convert("Subject: " + "x".repeat(2000) + "\r\n\r\n", 99).fault()).isPresent();
    String endless =
        "Content-Type: multipart/mixed; boundary=" + "b".repeat(201) + "\r\n\r\n--\r\n";
    assertThat(convert(endless, 99).fault()).isPresent();
  }

  @Test
  void siblingsAreNotNesting() {
    String message =
        "Content-Type: multipart/mixed; boundary=o\r\n\r\n"
            + ("--o\r\nContent-Type: multipart/mixed; boundary=i\r\n\r\n--i\r\n\r\nx\r\n--i--\r\n"
                    + "--o\r\nContent-Type: message/rfc822\r\n\r\nA: b\r\n\r\nc\r\n")
                .repeat(200)
            + "--o--\r\n";
    assertConverted(message, message);
  }

  /** The same, in whatever blocks it comes. */
  private static void assertConverted(String message, String expected) {
    for (int block : new int[] {1, 2, 3, 7, 10_000}) {
      Converted converted = convert(message, block);
      assertThat(converted.fault()).isEmpty();
      assertThat(converted.text()).as("in blocks of %d", block).isEqualTo(expected);
    }
  }

  private record Converted(String text, java.util.Optional<String> fault) {}

  private static Converted convert(String message, int block) {
    byte[] octets = message.getBytes(StandardCharsets.ISO_8859_1);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    BinaryMimeConverter converter = new BinaryMimeConverter(out::write);
    for (int i = 0; i < octets.length; i += block) {
      converter.write(octets, i, Math.min(block, octets.length - i));
    }
    converter.end();
    return new Converted(out.toString(StandardCharsets.ISO_8859_1), converter.fault());
  }
}
