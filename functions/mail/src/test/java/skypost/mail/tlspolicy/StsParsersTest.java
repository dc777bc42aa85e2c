package skypost.mail.tlspolicy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class StsParsersTest {
  private static final String GOOD =
      "version: STSv1\r\nmode: enforce\r\nmx: mail.example.com\r\nmx: *.example.net\r\nmax_age: 604800\r\n";

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v=STSv1; id=20160831085700Z;",
        "v=STSv1;id=20160831085700Z",
        "v = STSv1 ; id = 20160831085700Z ; ",
        "v=STSv1; x-new=a:b,c; id=20160831085700Z; y=1"
      })
  void theIdIsRead(String record) {
    assertThat(StsRecord.id(List.of("v=spf1 -all", record))).contains("20160831085700Z");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "v=STSv1",
        "v=STSv1;",
        "v=STSv10; id=1;",
        "id=1; v=STSv1;",
        "v=STSv1; id=;",
        "v=STSv1; id=a-b;",
        "v=STSv1; id=123456789012345678901234567890123;",
        "v=STSv1; id=1 2;",
        "v=STSv1; id=1;; x=1",
        "V=stsv1; id=1;"
      })
  void aMalformedRecordAnnouncesNothing(String record) {
    assertThat(StsRecord.id(List.of(record))).isEmpty();
  }

  @Test
  void twoRecordsAreNone() { // RFC 8461 section 3.1
    assertThat(StsRecord.id(List.of("v=STSv1; id=1;", "v=STSv1; id=2;"))).isEmpty();
  }

  @Test
  void aPolicyIsRead() {
    assertThat(StsPolicy.parse(GOOD))
        .contains(
            new StsPolicy(
                StsPolicy.Mode.ENFORCE,
                List.of("mail.example.com", "*.example.net"),
                Duration.ofDays(7)));
    assertThat(StsPolicy.parse(StsPolicy.parse(GOOD).orElseThrow().file()))
        .isEqualTo(StsPolicy.parse(GOOD));
  }

  @Test
  void unknownFieldsAndLaterRepetitionsAreIgnored() {
    String file =
        "mode: none\nmode: enforce\nversion: STSv1\nx-new: any thing: at all\nmax_age: 9999999999\n";
    assertThat(StsPolicy.parse(file).orElseThrow())
        .isEqualTo(new StsPolicy(StsPolicy.Mode.NONE, List.of(), Duration.ofSeconds(31_557_600)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "version: STSv2\nmode: enforce\nmx: a.example\nmax_age: 60",
        "version: STSv1\nmode: strict\nmx: a.example\nmax_age: 60",
        "version: STSv1\nmode: enforce\nmax_age: 60",
        "version: STSv1\nmode: enforce\nmx: a.example",
        "version: STSv1\nmode: enforce\nmx: a.example\nmax_age: -1",
        "version: STSv1\nmode: enforce\nmx: *.*.example\nmax_age: 60",
        "version: STSv1\nmode: enforce\nmx: a*.example\nmax_age: 60",
        "version: STSv1\nmode: enforce\nmx: a..example\nmax_age: 60",
        "version: STSv1\nmode: enforce\nmx a.example\nmax_age: 60",
        "<html><body>version: STSv1</body></html>"
      })
  void whatIsNoPolicyIsNone(String file) {
    assertThat(StsPolicy.parse(file)).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({
    "mail.example.com, true",
    "a.example.net, true",
    "example.net, false",
    "a.b.example.net, false",
    "xmail.example.com, false",
    "aexample.net, false"
  })
  void theWildcardIsOneLabel(String host, boolean named) { // RFC 8461 section 4.1
    assertThat(StsPolicy.parse(GOOD).orElseThrow().names(host)).isEqualTo(named);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain; charset=utf-8\r\nContent-Length: 5\r\n\r\nhello+",
        "HTTP/1.1 200 OK\r\ncontent-type:text/plain\r\nTransfer-Encoding: chunked\r\n\r\n2;x=y\r\nhe\r\n3\r\nllo\r\n0\r\n\r\n",
        "HTTP/1.0 200 OK\r\nContent-Type: TEXT/PLAIN\r\n\r\nhello"
      })
  void anAnswerIsReadHoweverItIsFramed(String answer) throws IOException {
    assertThat(answer(answer).policy()).isEqualTo("hello");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "HTTP/1.1 301 Moved\r\nLocation: https://elsewhere.example/\r\n\r\n",
        "HTTP/1.1 404 Not Found\r\nContent-Type: text/plain\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 6\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nContent-Length: 65537\r\n\r\nhello",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFF\r\n",
        "HTTP/1.1 200 OK\r\nContent-Type: text/plain\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n"
      })
  void anyOtherAnswerIsAFault(String answer) {
    assertThatThrownBy(() -> answer(answer).policy()).isInstanceOf(IOException.class);
  }

  private static HttpAnswer answer(String text) {
    return new HttpAnswer(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
  }
}
