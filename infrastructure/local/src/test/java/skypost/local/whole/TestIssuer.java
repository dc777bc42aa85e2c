package skypost.local.whole;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.RSASSASigner;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;

/**
 * An OpenID provider on loopback: a configuration, a key, and ID tokens for the audience "mail".
 */
final class TestIssuer implements AutoCloseable {
  private final HttpServer server;
  private final RSAKey key;

  private TestIssuer(HttpServer server, RSAKey key) {
    this.server = server;
    this.key = key;
  }

  static TestIssuer start() throws IOException, JOSEException {
    var loopback = new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0);
    var issuer = new TestIssuer(HttpServer.create(loopback, 0), key());
    issuer.serve(
        "/.well-known/openid-configuration",
        "{\"issuer\":\"" + issuer.url() + "\",\"jwks_uri\":\"" + issuer.url() + "/keys\"}");
    issuer.serve("/keys", new JWKSet(issuer.key).toString());
    issuer.server.start();
    return issuer;
  }

  static RSAKey key() throws JOSEException {
    return new RSAKeyGenerator(2048).keyID("one").generate();
  }

  private void serve(String path, String body) {
    server.createContext(
        path,
        exchange -> {
          byte[] octets = body.getBytes(UTF_8);
          exchange.sendResponseHeaders(200, octets.length);
          exchange.getResponseBody().write(octets);
          exchange.close();
        });
  }

  String url() {
    return "http://127.0.0.1:" + server.getAddress().getPort();
  }

  /** A token that ends after so long. */
  String token(String email, Duration life) throws JOSEException {
    return token(key, email, life);
  }

  /** The same of somebody else's name, with an hour to live. */
  String tokenOf(String issuer, String email) throws JOSEException {
    return token(key, issuer, email, Duration.ofHours(1));
  }

  /** The same with a signature by that key. */
  String token(RSAKey signer, String email, Duration life) throws JOSEException {
    return token(signer, url(), email, life);
  }

  private static String token(RSAKey signer, String issuer, String email, Duration life)
      throws JOSEException {
    var claims =
        new JWTClaimsSet.Builder()
            .issuer(issuer)
            .audience("mail")
            .claim("email", email)
            .claim("email_verified", true)
            .expirationTime(Date.from(Instant.now().plus(life)))
            .build();
    var jwt = new SignedJWT(new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("one").build(), claims);
    jwt.sign(new RSASSASigner(signer));
    return jwt.serialize();
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
