package skypost.authorize;

import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import java.io.IOException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import skypost.mail.authorize.TokenIssuer;
import skypost.mail.json.Fields;
import skypost.protocol.log.EventLog;

/**
 * The keys that an issuer signs with, as its OpenID configuration names them (OpenID Connect
 * Discovery 1.0 section 4, RFC 7517). A warm function keeps them: it asks anew after an hour, and
 * at once, but not twice a minute, when a token names a key that it does not know.
 */
final class IssuerKeys {
  private static final Duration FRESH = Duration.ofHours(1); // then removed ones go, too
  private static final Duration USABLE = Duration.ofDays(1); // while the issuer cannot be asked
  private static final Duration PAUSE = Duration.ofMinutes(1); // strangers make us ask

  private final String issuer;
  private final Documents documents;
  private final Clock clock;
  private JWKSet keys = new JWKSet();
  private Instant fetched = Instant.MIN;
  private Instant asked = Instant.MIN;
  private boolean answered;

  /** Where documents come from. */
  @FunctionalInterface
  interface Documents {
    /**
     * The text that lies there.
     *
     * @throws IOException when it cannot be had
     */
    String get(String url) throws IOException;
  }

  IssuerKeys(String issuer, Documents documents, Clock clock) {
    this.issuer = issuer;
    this.documents = documents;
    this.clock = clock;
  }

  /**
   * The public keys that may have signed a token with this header; none when it names none of the
   * issuer's.
   *
   * @throws IOException when the issuer cannot be asked, and what is known is too old or not enough
   */
  synchronized List<JWK> matching(JWSHeader header) throws IOException {
    Instant now = clock.instant();
    List<JWK> found = now.isBefore(fetched.plus(FRESH)) ? select(header) : List.of();
    if (!found.isEmpty()) {
      return found;
    }
    if (!now.isBefore(asked.plus(PAUSE))) {
      refresh(now);
    }
    found = now.isBefore(fetched.plus(USABLE)) ? select(header) : List.of();
    if (found.isEmpty() && !answered) {
      throw new IOException("the keys of " + issuer + " cannot be had");
    }
    return found;
  }

  private List<JWK> select(JWSHeader header) {
    return new JWKSelector(JWKMatcher.forJWSHeader(header)).select(keys);
  }

  private void refresh(Instant now) {
    asked = now;
    answered = false;
    try {
      keys = fetch();
      fetched = now;
      answered = true;
    } catch (IOException | RuntimeException fault) {
      EventLog.warn("issuer").with("issuer", issuer).cause(fault).write();
    }
  }

  private JWKSet fetch() throws IOException {
    String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
    Fields configuration = Fields.read(documents.get(base + "/.well-known/openid-configuration"));
    if (!configuration.text("issuer").equals(issuer)) { // Discovery section 4.3
      throw new IOException("the configuration there is of another issuer");
    }
    String place = configuration.text("jwks_uri");
    if (!TokenIssuer.isTrustworthy(place)) {
      throw new IOException("its keys do not lie under https");
    }
    try {
      return JWKSet.parse(documents.get(place));
    } catch (ParseException malformed) {
      throw new IOException("what lies there are no keys", malformed);
    }
  }
}
