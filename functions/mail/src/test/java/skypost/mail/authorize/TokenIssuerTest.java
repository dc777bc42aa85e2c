package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.settings.SettingsReader;

class TokenIssuerTest {
  private static List<TokenIssuer> read(String json) {
    var reader = new SettingsReader(Map.of("SKYPOST_OAUTH_ISSUERS", json));
    List<TokenIssuer> issuers = TokenIssuer.read(reader);
    reader.check();
    return issuers;
  }

  @Test
  void issuersAreRead() {
    assertThat(read("")).isEmpty();
    assertThat(read("[]")).isEmpty();
    assertThat(
            read(
                "[{\"issuer\":\"https://id.example.com/a\",\"audience\":\"mail\"},"
                    + "{\"issuer\":\"http://127.0.0.1:8080\",\"audience\":\"m\",\"claim\":\"username\"}]"))
        .containsExactly(
            new TokenIssuer("https://id.example.com/a", "mail", "email"),
            new TokenIssuer("http://127.0.0.1:8080", "m", "username"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "https://id.example.com",
        "[\"https://id.example.com\"]",
        "[{\"issuer\":\"http://id.example.com\",\"audience\":\"mail\"}]",
        "[{\"issuer\":\"http://localhost.example.com\",\"audience\":\"mail\"}]",
        "[{\"issuer\":\"https://id.example.com?a=b\",\"audience\":\"mail\"}]",
        "[{\"issuer\":\"https://me@id.example.com\",\"audience\":\"mail\"}]",
        "[{\"issuer\":\"id.example.com\",\"audience\":\"mail\"}]",
        "[{\"issuer\":\"https://id.example.com\"}]",
        "[{\"issuer\":\"https://id.example.com\",\"audience\":\"\"}]",
        "[{\"issuer\":\"https://id.example.com\",\"audience\":\"mail\",\"claims\":\"sub\"}]",
        "[{\"issuer\":\"https://id.example.com\",\"audience\":\"mail\"}],\"more\":[1",
        "[{\"issuer\":\"https://id.example.com\",\"audience\":\"mail\"}],\"more\":[1]",
        "[{\"issuer\":\"https://id.example.com\",\"audience\":\"mail\",\"claim\":1}]"
      })
  void whatIsWrongIsSaidAtTheStart(String json) {
    assertThatThrownBy(() -> read(json)).hasMessageContaining("SKYPOST_OAUTH_ISSUERS");
  }
}
