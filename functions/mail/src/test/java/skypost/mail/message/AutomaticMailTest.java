package skypost.mail.message;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.protocol.address.EmailAddress;

class AutomaticMailTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "Auto-Submitted: auto-generated",
        "auto-submitted: Auto-Replied; owner=x",
        "Precedence: bulk",
        "List-Id: <friends.far.example>",
        "List-Unsubscribe: <mailto:off@far.example>"
      })
  void aMarkedMessageIsAutomatic(String field) {
    assertThat(is("alice@far.example", "Subject: x\r\n" + field + "\r\n")).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "MAILER-DAEMON@far.example",
        "owner-list@far.example",
        "list-request@far.example",
        "list-bounces+bob=local.example@far.example"
      })
  void aMachinesNameIsAutomatic(String sender) {
    assertThat(is(sender, "Subject: x\r\n")).isTrue();
  }

  @Test
  void aNullSenderIsAutomatic() {
    assertThat(AutomaticMail.is(Optional.empty(), new byte[0])).isTrue();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Subject: hi",
        "Auto-Submitted: no",
        "Auto-Submitted: no (a person)",
        "Precedence: first-class"
      })
  void aPersonsMailIsNot(String field) {
    assertThat(is("alice@far.example", field + "\r\n")).isFalse();
  }

  private static boolean is(String sender, String headers) {
    return AutomaticMail.is(
        EmailAddress.parse(sender), headers.getBytes(StandardCharsets.US_ASCII));
  }
}
