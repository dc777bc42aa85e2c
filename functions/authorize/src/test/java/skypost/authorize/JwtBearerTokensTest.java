package skypost.authorize;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.nimbusds.jose.JOSEObjectType;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.JWSSigner;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.crypto.opts.AllowWeakRSAKey;
import com.nimbusds.jose.jwk.Curve;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.ECKeyGenerator;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.authorize.BearerTokens.Verdict;
import skypost.mail.authorize.TokenIssuer;
import skypost.mail.contract.TestClock;
import skypost.protocol.address.EmailAddress;

/** Tokens made here, of issuers whose documents lie in a map. */
class JwtBearerTokensTest {
  private static final String ISSUER = "https://id.example.com/pool";
  private static final String OTHER = "https://other.example.com";
  private static final EmailAddress ALICE = new EmailAddress("alice", "example.com");
  private static final RSAKey RSA = rsa("one", 2048);
  private static final RSAKey NEXT = rsa("two", 2048);
  private static final ECKey EC = ec("curve");

  private final Map<String, String> documents = new HashMap<>();
  private final List<String> fetched = new ArrayList<>();
  private final TestClock clock = new TestClock("2026-11-25T12:00:00Z");
  private final JwtBearerTokens tokens =
      new JwtBearerTokens(
          List.of(
              new TokenIssuer(ISSUER, "mail", "email"),
              new TokenIssuer(ISSUER, "app", "username"),
              new TokenIssuer(OTHER, "mail", "email")),
          this::fetch,
          clock);

  private String fetch(String url) throws IOException {
    fetched.add(url);
    if (!documents.containsKey(url)) {
      throw new IOException("nobody answers");
    }
    return documents.get(url);
  }

  @BeforeEach
  void issuers() {
    publish(ISSUER, RSA, EC);
    publish(OTHER, NEXT);
  }

  private void publish(String issuer, JWK... keys) {
    documents.put(
        issuer + "/.well-known/openid-configuration",
        "{\"issuer\":\"" + issuer + "\",\"jwks_uri\":\"" + issuer + "/keys\"}");
    documents.put(issuer + "/keys", new JWKSet(List.of(keys)).toString());
  }

  // ---- what is taken

  @Test
  void aTokenOfTheIssuerNamesTheMailbox() throws Exception {
    assertThat(tokens.check(signed(RSA, usual()))).isEqualTo(new Verdict.Valid(ALICE));
    assertThat(tokens.check(signed(EC, usual()))).isEqualTo(new Verdict.Valid(ALICE));
    assertThat(fetched).as("asked once").hasSize(2);
  }

  @Test
  void anIdTokenOfCognitoAndAnAccessToken() throws Exception {
    var id = usual().claim("token_use", "id").claim("email_verified", true);
    assertThat(tokens.check(signed(RSA, id))).isEqualTo(new Verdict.Valid(ALICE));
    var access =
        usual()
            .audience((String) null)
            .claim("email", null)
            .claim("token_use", "access")
            .claim("client_id", "app")
            .claim("username", "alice@example.com");
    assertThat(tokens.check(signed(RSA, access))).isEqualTo(new Verdict.Valid(ALICE));
    assertThat(tokens.check(signed(RSA, access.claim("client_id", "another"))))
        .isEqualTo(new Verdict.Invalid("audience"));
  }

  @Test
  void kindsOfTokens() throws Exception {
    for (String type : List.of("JWT", "jwt", "at+jwt", "application/at+jwt")) {
      assertThat(tokens.check(typed(type))).isEqualTo(new Verdict.Valid(ALICE));
    }
    assertThat(tokens.check(typed("logout+jwt"))).isEqualTo(new Verdict.Invalid("type"));
    assertThat(tokens.check(typed("dpop+jwt"))).isEqualTo(new Verdict.Invalid("type"));
  }

  @Test
  void clocksMayDifferByAMinute() throws Exception {
    assertThat(ending(Duration.ofSeconds(-59))).isEqualTo(new Verdict.Valid(ALICE));
    assertThat(ending(Duration.ofSeconds(-60))).isEqualTo(new Verdict.Expired());
    assertThat(beginning(Duration.ofSeconds(60))).isEqualTo(new Verdict.Valid(ALICE));
    assertThat(beginning(Duration.ofSeconds(61))).isEqualTo(new Verdict.Invalid("time"));
  }

  // ---- what is not

  @Test
  void unsignedTokensAndHmacsAreRefusedUnseen() throws Exception {
    assertThat(tokens.check(new PlainJWT(usual().build()).serialize()))
        .isEqualTo(new Verdict.Invalid("no signed JWT"));
    // the attack of RFC 8725 section 2.1: an HMAC whose key is the public key that all know
    var signer = new MACSigner(RSA.toPublicJWK().toJSONString().getBytes(UTF_8));
    assertThat(tokens.check(signed(JWSAlgorithm.HS256, "one", signer, usual())))
        .isEqualTo(new Verdict.Invalid("algorithm"));
    assertThat(fetched).isEmpty();
  }

  @Test
  void otherAlgorithmsOfGoodKeysAreRefused() throws Exception {
    for (var algorithm : List.of(JWSAlgorithm.RS512, JWSAlgorithm.PS256)) {
      assertThat(tokens.check(signed(algorithm, "one", new RSASSASigner(RSA), usual())))
          .isEqualTo(new Verdict.Invalid("algorithm"));
    }
  }

  @Test
  void anotherKeyUnderTheSameName() throws Exception {
    assertThat(tokens.check(signed(rsa("one", 2048), usual())))
        .isEqualTo(new Verdict.Invalid("signature"));
    assertThat(tokens.check(signed(ec("curve"), usual())))
        .isEqualTo(new Verdict.Invalid("signature"));
    assertThat(tokens.check(signed(NEXT, usual())))
        .as("another issuer's key")
        .isEqualTo(new Verdict.Invalid("signature"));
  }

  @Test
  void aChangedTokenIsRefused() throws Exception {
    String[] parts = signed(RSA, usual()).split("\\.");
    String[] others = signed(RSA, usual().claim("email", "bob@example.com")).split("\\.");
    assertThat(tokens.check(parts[0] + "." + others[1] + "." + parts[2]))
        .isEqualTo(new Verdict.Invalid("signature"));
  }

  @Test
  void aKeyThatComesWithTheTokenIsNotLookedAt() throws Exception {
    RSAKey own = rsa("own", 2048);
    var header =
        new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("own").jwk(own.toPublicJWK()).build();
    var jwt = new SignedJWT(header, usual().build());
    jwt.sign(new RSASSASigner(own));
    assertThat(tokens.check(jwt.serialize())).isEqualTo(new Verdict.Invalid("signature"));
    assertThat(fetched).allMatch(url -> url.startsWith(ISSUER));
  }

  @Test
  void whatIsCriticalAndNotUnderstoodIsRefused() throws Exception {
    var header =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID("one")
            .criticalParams(Set.of("new"))
            .customParam("new", true)
            .build();
    var jwt = new SignedJWT(header, usual().build());
    jwt.sign(new RSASSASigner(RSA));
    assertThat(tokens.check(jwt.serialize())).isEqualTo(new Verdict.Invalid("signature"));
  }

  @Test
  void aWeakKeyIsNotBelieved() throws Exception {
    RSAKey weak = new RSAKey.Builder(weak()).keyID("weak").build();
    publish(ISSUER, weak);
    assertThat(tokens.check(signed(weak, usual()))).isEqualTo(new Verdict.Invalid("signature"));
  }

  @Test
  void wrongClaims() throws Exception {
    assertThat(claims(c -> c.issuer("https://evil.example")))
        .isEqualTo(new Verdict.Invalid("issuer"));
    assertThat(claims(c -> c.issuer(ISSUER + "/"))).isEqualTo(new Verdict.Invalid("issuer"));
    assertThat(claims(c -> c.issuer(null))).isEqualTo(new Verdict.Invalid("issuer"));
    assertThat(claims(c -> c.audience("shop"))).isEqualTo(new Verdict.Invalid("audience"));
    assertThat(claims(c -> c.audience((String) null))).isEqualTo(new Verdict.Invalid("audience"));
    assertThat(claims(c -> c.audience("shop").claim("client_id", "mail")))
        .as("meant for a shop")
        .isEqualTo(new Verdict.Invalid("audience"));
    assertThat(claims(c -> c.expirationTime(null))).isEqualTo(new Verdict.Invalid("time"));
    for (Object unverified : List.of(false, "false", 0)) {
      assertThat(claims(c -> c.claim("email_verified", unverified)))
          .isEqualTo(new Verdict.Invalid("mailbox"));
    }
    assertThat(claims(c -> c.claim("email", null))).isEqualTo(new Verdict.Invalid("mailbox"));
    assertThat(claims(c -> c.claim("email", List.of("alice@example.com"))))
        .isEqualTo(new Verdict.Invalid("mailbox"));
    assertThat(claims(c -> c.claim("email", "alice"))).isEqualTo(new Verdict.Invalid("mailbox"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"", ".", "..", "a.b.c", "e30.e30.", "eyJhbGciOiJSUzI1NiJ9..", "x.y.z.u.v"})
  void whatIsNoTokenIsRefused(String text) throws Exception {
    assertThat(tokens.check(text)).isInstanceOf(Verdict.Invalid.class);
  }

  @Test
  void aHugeTokenIsNotRead() throws Exception {
    String huge = signed(RSA, usual().claim("groups", "x".repeat(8192)));
    assertThat(tokens.check(huge)).isEqualTo(new Verdict.Invalid("too long"));
  }

  // ---- keys come and go

  @Test
  void aNewKeyIsLookedForButNotTwiceAMinute() throws Exception {
    assertThat(tokens.check(signed(RSA, usual()))).isInstanceOf(Verdict.Valid.class);
    RSAKey rotated = rsa("three", 2048);
    assertThat(tokens.check(signed(rotated, usual()))).isEqualTo(new Verdict.Invalid("signature"));
    assertThat(fetched).as("nobody is asked again within the minute").hasSize(2);
    publish(ISSUER, RSA, rotated);
    clock.advance(Duration.ofMinutes(1));
    assertThat(tokens.check(signed(rotated, usual()))).isEqualTo(new Verdict.Valid(ALICE));
    assertThat(fetched).hasSize(4);
  }

  @Test
  void aKeyThatWasTakenBackIsGoneAfterAnHour() throws Exception {
    String token = signed(RSA, usual().expirationTime(null).expirationTime(in(Duration.ofDays(9))));
    assertThat(tokens.check(token)).isEqualTo(new Verdict.Valid(ALICE));
    publish(ISSUER, EC);
    clock.advance(Duration.ofHours(1));
    assertThat(tokens.check(token)).isEqualTo(new Verdict.Invalid("signature"));
  }

  @Test
  void withoutAnAnswerKnownKeysAreGoodForADayAndOthersUndecided() throws Exception {
    String token = signed(RSA, usual().expirationTime(in(Duration.ofDays(9))));
    assertThat(tokens.check(token)).isEqualTo(new Verdict.Valid(ALICE));
    documents.clear();
    clock.advance(Duration.ofHours(23));
    assertThat(tokens.check(token)).isEqualTo(new Verdict.Valid(ALICE));
    String other = signed(rsa("three", 2048), usual().expirationTime(in(Duration.ofDays(9))));
    assertThatThrownBy(() -> tokens.check(other)).isInstanceOf(IOException.class);
    clock.advance(Duration.ofHours(1));
    assertThatThrownBy(() -> tokens.check(token)).isInstanceOf(IOException.class);
  }

  @Test
  void whileNobodyAnswersNobodyIsRefused() throws Exception {
    documents.clear();
    for (int i = 0; i < 3; i++) {
      assertThatThrownBy(() -> tokens.check(signed(RSA, usual()))).isInstanceOf(IOException.class);
    }
    assertThat(fetched).as("not for each of them").hasSize(1);
    issuers();
    clock.advance(Duration.ofMinutes(1));
    assertThat(tokens.check(signed(RSA, usual()))).isEqualTo(new Verdict.Valid(ALICE));
  }

  @Test
  void aConfigurationOfAnotherOrWithKeysInTheOpenIsNotBelieved() {
    String place = ISSUER + "/.well-known/openid-configuration";
    for (String document :
        List.of(
            "{\"issuer\":\"" + OTHER + "\",\"jwks_uri\":\"" + ISSUER + "/keys\"}",
            "{\"issuer\":\"" + ISSUER + "\",\"jwks_uri\":\"http://id.example.com/keys\"}",
            "{\"issuer\":\"" + ISSUER + "\",\"jwks_uri\":\"file:///etc/passwd\"}",
            "[]")) {
      documents.put(place, document);
      clock.advance(Duration.ofMinutes(1));
      assertThatThrownBy(() -> tokens.check(signed(RSA, usual())))
          .as(document)
          .isInstanceOf(IOException.class);
    }
  }

  // ---- making tokens

  private JWTClaimsSet.Builder usual() {
    return new JWTClaimsSet.Builder()
        .issuer(ISSUER)
        .audience("mail")
        .subject("0b6d8f5c")
        .claim("email", "Alice@Example.com")
        .expirationTime(in(Duration.ofHours(1)));
  }

  private Verdict claims(UnaryOperator<JWTClaimsSet.Builder> change) throws Exception {
    return tokens.check(signed(RSA, change.apply(usual())));
  }

  private Verdict ending(Duration when) throws Exception {
    return claims(c -> c.expirationTime(in(when)));
  }

  private Verdict beginning(Duration when) throws Exception {
    return claims(c -> c.notBeforeTime(in(when)));
  }

  private Date in(Duration duration) {
    return Date.from(clock.instant().plus(duration));
  }

  private String typed(String type) throws Exception {
    var header =
        new JWSHeader.Builder(JWSAlgorithm.RS256)
            .keyID("one")
            .type(new JOSEObjectType(type))
            .build();
    var jwt = new SignedJWT(header, usual().build());
    jwt.sign(new RSASSASigner(RSA));
    return jwt.serialize();
  }

  private static String signed(JWK key, JWTClaimsSet.Builder claims) throws Exception {
    return key instanceof ECKey ec
        ? signed(JWSAlgorithm.ES256, ec.getKeyID(), new ECDSASigner(ec), claims)
        : signed(
            JWSAlgorithm.RS256,
            key.getKeyID(),
            new RSASSASigner(key.toRSAKey(), Set.of(AllowWeakRSAKey.getInstance())),
            claims);
  }

  private static String signed(
      JWSAlgorithm algorithm, String key, JWSSigner signer, JWTClaimsSet.Builder claims)
      throws Exception {
    var jwt = new SignedJWT(new JWSHeader.Builder(algorithm).keyID(key).build(), claims.build());
    jwt.sign(signer);
    return jwt.serialize();
  }

  private static RSAKey rsa(String id, int bits) {
    try {
      return new RSAKeyGenerator(bits).keyID(id).generate();
    } catch (com.nimbusds.jose.JOSEException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static RSAKey weak() {
    try {
      return new RSAKeyGenerator(1024, true).generate();
    } catch (com.nimbusds.jose.JOSEException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static ECKey ec(String id) {
    try {
      return new ECKeyGenerator(Curve.P_256).keyID(id).generate();
    } catch (com.nimbusds.jose.JOSEException impossible) {
      throw new IllegalStateException(impossible);
    }
  }
}
