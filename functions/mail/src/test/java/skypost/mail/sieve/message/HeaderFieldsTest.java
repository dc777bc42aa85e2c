package skypost.mail.sieve.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read out of header fields as they really come. */
class HeaderFieldsTest {
  /** A net only: what is measured against it takes far less than a second, or far more. */
  private static final Duration A_MINUTE = Duration.ofMinutes(1);

  private static Header header(String block) {
    return Header.parse(block.getBytes(StandardCharsets.UTF_8));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "=?utf-8?B?5L2g?= =?utf-8?B?5aW9?=|你好",
        "a =?iso-8859-1?Q?caf=E9_cr=E8me?= b|a café crème b",
        "=?windows-1252?Q?=80_5?=|€ 5",
        "=?gb2312?B?xOO6ww==?=|你好",
        "=?no-such?Q?x?=|=?no-such?Q?x?=",
        "grüße|grüße",
        "=?utf-8?Q?broken|=?utf-8?Q?broken",
        "=?UTF-8?Q?one?=x=?UTF-8?Q?two?=|onextwo"
      })
  void textIsDecoded(String value, String text) {
    assertThat(header("Subject:  " + value + " \r\n").text("subject")).contains(text);
  }

  @Test
  void octetsThatAreNoUtf8AreLatin1() {
    Header header = Header.parse("Subject: caf\u00e9\r\n".getBytes(StandardCharsets.ISO_8859_1));

    assertThat(header.text("subject")).contains("caf\u00e9");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "a@b.example|a@b.example",
        "Ann <a@b.example>, \"B, c\" <d@e.example>|a@b.example d@e.example",
        "a@b.example (a comment, with (another) in it), <c@d.example>|a@b.example c@d.example",
        "friends: a@b.example, c@d.example;, e@f.example|a@b.example c@d.example e@f.example",
        "<@r.example,@s.example:a@b.example>|a@b.example",
        "\"a b\"@c.example|a b@c.example",
        "\"a\\\"b\"@c.example|a\"b@c.example",
        "a . b @ c.example|a.b@c.example",
        "a@[192.0.2.1]|a@[192.0.2.1]",
        "a@[IPv6:2001:db8::1]|a@[IPv6:2001:db8::1]",
        "用户@例子.example|用户@例子.example",
        "=?utf-8?Q?x=2C_y?= <a@b.example>|a@b.example"
      })
  void addressesAreFound(String value, String addresses) {
    List<MailAddress> found = header("To: " + value + "\r\n").all("to").getFirst().addresses();

    assertThat(found).allMatch(MailAddress::isValid);
    assertThat(String.join(" ", found.stream().map(MailAddress::all).toList()))
        .isEqualTo(addresses);
  }

  @ParameterizedTest
  @ValueSource(strings = {"", "nobody", "a@", "@b", "a b@c.example", "<a@b.example", "a@b@c d"})
  void whatIsNoAddressIsKeptAsMalformed(String value) {
    assertThat(AddressList.parse(value)).hasSize(1).noneMatch(MailAddress::isValid);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "Mon, 20 Jul 2009 21:44:43 +0300|2009-07-20T21:44:43+03:00",
        "20 Jul 2009 21:44 +0300|2009-07-20T21:44:00+03:00",
        "Mon, 20 Jul 2009 21:44:43 EST|2009-07-20T21:44:43-05:00",
        "Mon, 20 Jul 2009 21:44:43 GMT (a comment)|2009-07-20T21:44:43Z",
        "Mon, 20 Jul 09 21:44:43 -0000|2009-07-20T21:44:43Z",
        "from a by b; Mon, 20 Jul 2009 21:44:43 +0300|2009-07-20T21:44:43+03:00",
        "Mon, 29 Feb 2024 00:00:60 +0000|2024-02-29T00:00:59Z"
      })
  void datesAreRead(String value, String date) {
    assertThat(MailDate.parse(value).map(OffsetDateTime::toString).orElse(""))
        .isEqualTo(OffsetDateTime.parse(date).toString());
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "yesterday",
        "32 Jan 2009 00:00:00 +0000",
        "29 Feb 2023 00:00:00 +0000",
        "1 Foo 2009 00:00:00 +0000",
        "1 Jan 2009 25:00:00 +0000",
        "1 Jan 2009"
      })
  void whatIsNoDateIsNone(String value) {
    assertThat(MailDate.parse(value)).isEmpty();
  }

  @Test
  void htmlIsReadAsPeopleDo() {
    BodyPart part =
        new BodyPart(
            "text/html",
            "<style>p {}</style><!-- x --><p>Hel<b>lo</b> &amp; &#228;&#x20AC;<br>a &lt; b &nope;");

    assertThat(part.readable()).isEqualTo("\r\nHello & ä€\r\na < b &nope;");
  }

  /** What takes as much time as the square of its length took minutes for these. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "a%sb@x.example",
        "a %s. b@x.example",
        "\"%sb@x.example",
        "%s@x.example",
        "a@%sx.example"
      })
  void anAddressOfAMebibyteOfBlanksIsReadAtOnce(String shape) {
    String value = shape.formatted(" ".repeat(1 << 20));

    assertTimeoutPreemptively(
        A_MINUTE, () -> assertThat(AddressList.parse(value)).hasSizeLessThan(2));
  }

  @ParameterizedTest
  @ValueSource(strings = {"Mon%s!", "Mon,%s!", "Mon%s,", "1 Jan 2009 21:44%s!", "1%sJan!"})
  void aDateOfAMebibyteOfBlanksIsNone(String shape) {
    String value = shape.formatted(" ".repeat(1 << 20));

    assertTimeoutPreemptively(
        A_MINUTE,
        () ->
            assertThat(MailDate.parse(value).map(OffsetDateTime::getSecond))
                .isIn(Optional.empty(), Optional.of(0)));
  }

  /** Of such addresses, which come with a message, an expression ran out of stack. */
  @ParameterizedTest
  @ValueSource(strings = {"\"a", "\"\\", "[", "\"\"", "a:", "\\"})
  void whatIsNoAddressOfOneIsFoundOutHoweverLong(String piece) {
    String value = piece.repeat(1 << 20) + "@x.example";

    assertTimeoutPreemptively(A_MINUTE, () -> assertThat(Names.address(value)).isEmpty());
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "\"a:b\" <a@b.example>|true",
        "\"a\\\":b\" <a@b.example>|true",
        "a@[IPv6:2001:db8::1]|true",
        "a: b@c.example|false",
        "b@c.example;|false",
        "<@r.example:b@c.example>|false",
        "\"a\":b@c.example|false"
      })
  void neitherGroupsNorRoutesAreOneAddress(String value, boolean isOne) {
    assertThat(Names.address(value).isPresent()).isEqualTo(isOne);
  }

  @ParameterizedTest
  @ValueSource(strings = {"&", "&a", "<", "</", "<!--", "<script>", "&#1", "<script></"})
  void fourMebibytesOfUnfinishedHtmlAreReadAtOnce(String piece) {
    String html = piece.repeat((4 << 20) / piece.length());

    assertTimeoutPreemptively(
        A_MINUTE,
        () ->
            assertThat(new BodyPart("text/html", html).readable())
                .hasSizeLessThanOrEqualTo(html.length()));
  }
}
