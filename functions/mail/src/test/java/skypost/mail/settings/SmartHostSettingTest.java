package skypost.mail.settings;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.directory.SmartHost;

/** The one setting of a smart host, as administrators write it. */
class SmartHostSettingTest {
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          smart.example                             | smart.example:587       | OPPORTUNISTIC |      |
          smart.example:2525                        | smart.example:2525      | OPPORTUNISTIC |      |
          smart.example:465                         | smart.example:465       | IMPLICIT      |      |
          [2001:db8::1]:25                          | [2001:db8::1]:25        | OPPORTUNISTIC |      |
          smtp://smart.example                      | smart.example:587       | OPPORTUNISTIC |      |
          SMTP://smart.example:25/                  | smart.example:25        | OPPORTUNISTIC |      |
          smtp://smart.example?requireTLS=true      | smart.example:587       | REQUIRED      |      |
          smtps://smart.example                     | smart.example:465       | IMPLICIT      |      |
          smtp://me:pw@smart.example                | smart.example:587       | REQUIRED      | me   | pw
          smtps://me:pw@[2001:db8::1]:4465          | [2001:db8::1]:4465      | IMPLICIT      | me   | pw
          smtp://AKIA0:Ab+c/dE=@ses.example:587     | ses.example:587         | REQUIRED      | AKIA0 | Ab+c/dE=
          smtp://me%40a.example:p%3Aw%25@b.example  | b.example:587           | REQUIRED      | me@a.example | p:w%
          smtp://me@a.example:p@w:x@b.example:25    | b.example:25            | REQUIRED      | me@a.example | p@w:x
          smtp://me:p%C3%A4ss@b.example             | b.example:587           | REQUIRED      | me   | päss
          """)
  void itIsRead(String text, String server, SmartHost.Tls tls, String username, String password) {
    SmartHostSetting setting = SmartHostSetting.parse(text).orElseThrow();

    assertThat(setting.smartHost().server()).hasToString(server);
    assertThat(setting.smartHost().tls()).isEqualTo(tls);
    assertThat(setting.smartHost().login().map(SmartHost.Login::username).orElse(null))
        .isEqualTo(username);
    assertThat(setting.password().orElse(null)).isEqualTo(password);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "smtp://me@b.example", // no password
        "smtp://me:@b.example",
        "smtp://:pw@b.example",
        "smtp://me:p%4@b.example",
        "smtp://me:p%zz@b.example",
        "smtp://me:p%FF@b.example", // not UTF-8
        "smtp://me:p%00@b.example",
        "smtp://me:pw@",
        "smtp://b.example/path",
        "smtp://b.example?requireTLS=maybe",
        "smtps://b.example:0",
        "imap://me:pw@b.example",
        "me:pw@b.example"
      })
  void whatIsMalformedIsToldWithoutThePassword(String text) {
    SettingsReader reader = new SettingsReader(Map.of("SKYPOST_SMART_HOST", text));

    assertThat(reader.smartHost(CommonSettings.SMART_HOST)).isEmpty();
    assertThatThrownBy(reader::check)
        .hasMessageContaining("SKYPOST_SMART_HOST is not host:port, smtp://")
        .hasMessageNotContaining(text);
  }

  @Test
  void nothingIsNoSmartHost() {
    SettingsReader reader = new SettingsReader(Map.of("SKYPOST_SMART_HOST", ""));

    assertThat(reader.smartHost(CommonSettings.SMART_HOST)).isEmpty();
    reader.check();
  }

  @Test
  void thePasswordIsInNoLog() {
    assertThat(SmartHostSetting.parse("smtp://me:pencil@b.example").orElseThrow().toString())
        .contains("b.example:587")
        .doesNotContain("pencil");
  }
}
