package skypost.authorize;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSVerifier;
import com.nimbusds.jose.crypto.ECDSAVerifier;
import com.nimbusds.jose.crypto.RSASSAVerifier;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import skypost.mail.authorize.BearerTokens;
import skypost.mail.authorize.TokenIssuer;
import skypost.protocol.address.EmailAddress;

/**
 * Bearer tokens that are JWTs (RFC 7519) of issuers that we trust, by RFC 8725: the algorithms are
 * ours to choose, the keys are the issuer's own, and nothing is believed before its signature is
 * checked. ID tokens and access tokens (RFC 9068) are both taken, since issuers differ in which of
 * them names the mailbox.
 */
public final class JwtBearerTokens implements BearerTokens {
  private static final int MOST_CHARACTERS = 8192;
  private static final Duration SKEW = Duration.ofMinutes(1); // between the issuer's clock and ours
  private static final int LEAST_RSA_BITS = 2048; // RFC 7518 section 3.3

  /** RFC 8725 section 3.1: neither "none" nor an HMAC, whose key would be a public one. */
  private static final Set<JWSAlgorithm> ALGORITHMS =
      Set.of(JWSAlgorithm.RS256, JWSAlgorithm.ES256);

  /** RFC 7519 section 5.1 and RFC 9068 section 2.1; other kinds are no logins (RFC 8725 3.11). */
  private static final Set<JOSEObjectType> TYPES =
      Set.of(
          JOSEObjectType.JWT,
          new JOSEObjectType("at+jwt"),
          new JOSEObjectType("application/at+jwt"));

  private final List<TokenIssuer> issuers;
  private final Map<String, IssuerKeys> keys;
  private final Clock clock;

  /** Asks the issuers for their keys when the first token comes. */
  public JwtBearerTokens(List<TokenIssuer> issuers, Clock clock) {
    this(issuers, new HttpDocuments(), clock);
  }

  JwtBearerTokens(List<TokenIssuer> issuers, IssuerKeys.Documents documents, Clock clock) {
    this.issuers = List.copyOf(issuers);
    this.keys =
        issuers.stream()
            .map(TokenIssuer::issuer)
            .distinct()
            .collect(
                Collectors.toMap(
                    Function.identity(), issuer -> new IssuerKeys(issuer, documents, clock)));
    this.clock = clock;
  }

  @Override
  public Verdict check(String token) throws IOException {
    if (token.length() > MOST_CHARACTERS) {
      return new Verdict.Invalid("too long");
    }
    try {
      SignedJWT jwt = SignedJWT.parse(token); // fails for an unsigned one
      return check(jwt, jwt.getJWTClaimsSet());
    } catch (ParseException | RuntimeException malformed) { // a parser's fault is the token's
      return new Verdict.Invalid("no signed JWT");
    }
  }

  private Verdict check(SignedJWT jwt, JWTClaimsSet claims) throws IOException, ParseException {
    JWSHeader header = jwt.getHeader();
    if (!ALGORITHMS.contains(header.getAlgorithm())) {
      return new Verdict.Invalid("algorithm");
    }
    if (header.getType() != null && !TYPES.contains(header.getType())) {
      return new Verdict.Invalid("type");
    }
    IssuerKeys known = claims.getIssuer() == null ? null : keys.get(claims.getIssuer());
    if (known == null) {
      return new Verdict.Invalid("issuer");
    }
    if (known.matching(header).stream().noneMatch(key -> isSignedBy(key, jwt))) {
      return new Verdict.Invalid("signature");
    }
    return believe(claims);
  }

  private static boolean isSignedBy(JWK key, SignedJWT jwt) {
    try {
      JWSVerifier verifier =
          switch (key) {
            case RSAKey rsa when rsa.size() >= LEAST_RSA_BITS -> new RSASSAVerifier(rsa);
            case ECKey ec -> new ECDSAVerifier(ec);
            default -> null;
          };
      // also false where the header has a "crit" (RFC 7515 section 4.1.11)
      return verifier != null && jwt.verify(verifier);
    } catch (JOSEException unfit) {
      return false;
    }
  }

  /** What is said under a good signature. */
  private Verdict believe(JWTClaimsSet claims) throws ParseException {
    Optional<TokenIssuer> issuer =
        issuers.stream()
            .filter(one -> one.issuer().equals(claims.getIssuer()) && isFor(one, claims))
            .findFirst();
    if (issuer.isEmpty()) {
      return new Verdict.Invalid("audience");
    }
    Instant now = clock.instant();
    Date end = claims.getExpirationTime();
    Date begin = claims.getNotBeforeTime();
    if (end == null || begin != null && begin.toInstant().isAfter(now.plus(SKEW))) {
      return new Verdict.Invalid("time");
    }
    if (!end.toInstant().isAfter(now.minus(SKEW))) {
      return new Verdict.Expired();
    }
    return mailbox(claims, issuer.get().claim())
        .<Verdict>map(Verdict.Valid::new)
        .orElseGet(() -> new Verdict.Invalid("mailbox"));
  }

  /** RFC 7519 section 4.1.3; Cognito's access tokens have {@code client_id} instead. */
  private static boolean isFor(TokenIssuer issuer, JWTClaimsSet claims) {
    return claims.getClaim("aud") == null
        ? issuer.audience().equals(claims.getClaim("client_id"))
        : claims.getAudience().contains(issuer.audience());
  }

  private static Optional<EmailAddress> mailbox(JWTClaimsSet claims, String claim) {
    // OpenID Connect Core 1.0 section 5.1: or anybody may have written it there
    Object verified = claims.getClaim("email_verified");
    if (claim.equals(TokenIssuer.EMAIL)
        && verified != null
        && !verified.toString().equalsIgnoreCase("true")) {
      return Optional.empty();
    }
    return claims.getClaim(claim) instanceof String text
        ? EmailAddress.parse(text).map(EmailAddress::canonical)
        : Optional.empty();
  }
}
