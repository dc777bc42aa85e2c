package skypost.mail.authorize;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import skypost.mail.json.Fields;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;

/**
 * Somebody who issues tokens that our users may log in with, such as a Cognito user pool.
 *
 * @param issuer what its tokens say in {@code iss}, to the letter; its OpenID configuration lies
 *     below
 * @param audience what its tokens for us say in {@code aud}, or else in {@code client_id}
 * @param claim which of their claims names the mailbox
 */
public record TokenIssuer(String issuer, String audience, String claim) {
  /** Read by the fronts, which offer OAUTHBEARER when it is set, and by who checks the tokens. */
  public static final Setting ISSUERS =
      new Setting(
          "SKYPOST_OAUTH_ISSUERS",
          "whose tokens log users in (OAUTHBEARER): a JSON list of {\"issuer\": URL, \"audience\": text, \"claim\": the one that names the mailbox, else \"email\"}; empty: nobody's",
          "");

  /** OpenID Connect Core 1.0 section 5.1. */
  public static final String EMAIL = "email";

  private static final Set<String> KEYS = Set.of("issuer", "audience", "claim");

  /** Reads them; errors stay with the reader. */
  public static List<TokenIssuer> read(SettingsReader reader) {
    String text = reader.text(ISSUERS).strip();
    if (text.isEmpty()) {
      return List.of();
    }
    try {
      List<TokenIssuer> issuers = new ArrayList<>();
      Fields list = Fields.read("{\"issuers\":" + text + "}");
      if (list.keys().size() > 1) {
        throw new IOException("there is more than a list");
      }
      for (Fields fields : list.objects("issuers")) {
        issuers.add(read(fields));
      }
      return List.copyOf(issuers);
    } catch (IOException | RuntimeException malformed) {
      reader.reject(
          ISSUERS,
          "is not a list such as [{\"issuer\":\"https://id.example.com\",\"audience\":\"mail\"}]: "
              + malformed.getMessage());
      return List.of();
    }
  }

  private static TokenIssuer read(Fields fields) throws IOException {
    for (String key : fields.keys()) {
      if (!KEYS.contains(key)) {
        throw new IOException("\"" + key + "\" is not known"); // a misspelt claim would be another
      }
    }
    String issuer = fields.text("issuer");
    if (!isTrustworthy(issuer)) {
      throw new IOException("\"" + issuer + "\" is no https URL without a query");
    }
    String audience = fields.text("audience");
    String claim = fields.has("claim") ? fields.text("claim") : EMAIL;
    if (audience.isBlank() || claim.isBlank()) {
      throw new IOException(
          "audience and claim must not be empty"); // or tokens for others would do
    }
    return new TokenIssuer(issuer, audience, claim);
  }

  /**
   * Whether what lies there can be believed: over TLS, or on this very machine (OpenID Connect
   * Discovery 1.0 section 7).
   */
  public static boolean isTrustworthy(String url) {
    try {
      URI uri = URI.create(url);
      if (uri.getHost() == null
          || uri.getRawUserInfo() != null
          || uri.getRawQuery() != null
          || uri.getRawFragment() != null) {
        return false;
      }
      return "https".equalsIgnoreCase(uri.getScheme())
          || "http".equalsIgnoreCase(uri.getScheme()) && isLoopback(uri.getHost());
    } catch (IllegalArgumentException malformed) {
      return false;
    }
  }

  private static boolean isLoopback(String host) {
    return Set.of("127.0.0.1", "[::1]", "localhost").contains(host);
  }
}
