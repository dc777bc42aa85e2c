package skypost.protocol.smtp.client;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Random;
import org.junit.jupiter.api.Test;

class SevenBitWriterTest {

  @Test
  void aTextBecomesQuotedPrintable() throws IOException {
    assertThat(
            converted(
                """
                MIME-Version: 1.0
                Content-Type: text/plain; charset=utf-8
                Content-Transfer-Encoding: 8bit
                Subject: hi

                Grüße = greetings\s
                .dot
                """))
        .isEqualTo(
            """
            MIME-Version: 1.0
            Content-Type: text/plain; charset=utf-8
            Subject: hi
            Content-Transfer-Encoding: quoted-printable

            Gr=C3=BC=C3=9Fe =3D greetings=20
            ..dot
            .
            """);
  }

  @Test
  void aLongLineIsBrokenSoftly() throws IOException {
    String sent = converted("MIME-Version: 1.0\n\n" + "ü".repeat(100) + "x".repeat(200) + "\n");
    assertThat(sent.lines()).allMatch(line -> line.length() <= 76);
    String body = sent.substring(sent.indexOf("\n\n") + 2);
    assertThat(body.replace("=\n", "")).isEqualTo("=C3=BC".repeat(100) + "x".repeat(200) + "\n.\n");
  }

  @Test
  void aMessageWithoutMimeIsTextInAnUnknownCharset() throws IOException {
    assertThat(converted("Subject: x\n\nGrüße"))
        .isEqualTo(
            """
            Subject: x
            MIME-Version: 1.0
            Content-Type: text/plain; charset=unknown-8bit
            Content-Transfer-Encoding: quoted-printable

            Gr=C3=BC=C3=9Fe
            .
            """);
  }

  @Test
  void aPartOfADigestIsAMessageAndThatMessageIsText() throws IOException {
    assertThat(
            converted(
                """
                MIME-Version: 1.0
                Content-Type: multipart/digest; boundary=b

                --b

                Subject: one

                Grüße

                Grüße
                --b
                Content-Type: text/plain; charset=utf-8

                Grüße
                --b--
                """))
        .isEqualTo(
            """
            MIME-Version: 1.0
            Content-Type: multipart/digest; boundary=b

            --b

            Subject: one
            MIME-Version: 1.0
            Content-Type: text/plain; charset=unknown-8bit
            Content-Transfer-Encoding: quoted-printable

            Gr=C3=BC=C3=9Fe

            Gr=C3=BC=C3=9Fe
            --b
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Gr=C3=BC=C3=9Fe
            --b--
            .
            """);
  }

  @Test
  void everyPartIsConvertedWhereverItLies() throws IOException {
    assertThat(
            converted(
                """
                Mime-Version: 1.0
                Content-Transfer-Encoding: 8bit
                Content-Type: multipart/mixed;
                \tboundary="a b"

                preamble
                --a b
                Content-Type: text/html; charset=utf-8

                <p>ä
                --a b
                Content-Type: application/octet-stream
                Content-Transfer-Encoding: BASE64

                AAAA=
                --a b
                Content-Type: message/rfc822
                Content-Transfer-Encoding: 8bit

                Mime-Version: 1.0
                Content-Type: multipart/alternative; boundary=inner

                --inner

                ö
                --a b--
                epilogue = all
                """))
        .isEqualTo(
            """
            Mime-Version: 1.0
            Content-Type: multipart/mixed;
            \tboundary="a b"
            Content-Transfer-Encoding: 7bit

            preamble
            --a b
            Content-Type: text/html; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            <p>=C3=A4
            --a b
            Content-Type: application/octet-stream
            Content-Transfer-Encoding: BASE64

            AAAA=
            --a b
            Content-Type: message/rfc822
            Content-Transfer-Encoding: 7bit

            Mime-Version: 1.0
            Content-Type: multipart/alternative; boundary=inner

            --inner
            Content-Transfer-Encoding: quoted-printable

            =C3=B6
            --a b--
            epilogue = all
            .
            """);
  }

  @Test
  void whatIsSignedAsSevenBitStaysSo() throws IOException {
    String signed =
        """
        MIME-Version: 1.0
        Content-Type: multipart/signed; boundary=s

        --s
        Content-Type: text/plain

        a = b
        --s
        Content-Type: application/pgp-signature

        sig=
        --s--
        """;
    assertThat(converted(signed)).isEqualTo(signed + ".\n");
  }

  @Test
  void whateverComesEndsWithOneDotAndIsTheSameHoweverItIsCut() throws IOException {
    Random random = new Random(5);
    String[] words = {
      "--b\n",
      "--b--\n",
      "\n",
      "Content-Type: multipart/mixed; boundary=b\n",
      " folded\n",
      "Content-Type: message/rfc822\n",
      "content-transfer-encoding: 8bit\n",
      "ü",
      "=",
      ".\n",
      "text"
    };
    for (int round = 0; round < 2000; round++) {
      StringBuilder message = new StringBuilder();
      for (int i = random.nextInt(20); i > 0; i--) {
        message.append(words[random.nextInt(words.length)]);
      }
      String sent = converted(message.toString());
      assertThat(sent).endsWith(".\n");
      assertThat(sent.replaceFirst("(?s)(^|\n)\\.\n$", "$1"))
          .as(message.toString())
          .doesNotContainPattern("(?m)^\\.$");
    }
  }

  private static String converted(String message) throws IOException {
    byte[] octets = message.replace("\n", "\r\n").getBytes(UTF_8);
    String whole = converted(octets, octets.length);
    assertThat(converted(octets, 1)).isEqualTo(whole);
    assertThat(converted(octets, 7)).isEqualTo(whole);
    assertThat(whole.replace("\r\n", "")).doesNotContain("\r", "\n");
    return whole.replace("\r\n", "\n");
  }

  private static String converted(byte[] octets, int size) throws IOException {
    ByteArrayOutputStream sent = new ByteArrayOutputStream();
    SevenBitWriter writer = new SevenBitWriter(new DataWriter(sent, DataWriter.Framing.DOT));
    for (int from = 0; from < octets.length; from += Math.max(size, 1)) {
      int count = Math.min(size, octets.length - from);
      writer.write(java.util.Arrays.copyOfRange(octets, from, from + count), count);
    }
    writer.end();
    return sent.toString(ISO_8859_1);
  }
}
