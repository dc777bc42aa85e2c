package skypost.mail.auth.dkim;

import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import skypost.mail.auth.dkim.DkimSignature.Algorithm;

/** The private keys of RFC 8463 appendix A.1, which everybody knows. */
public final class RfcKeys {
  /** SEQUENCE, version 0, the algorithm, OCTET STRING (RFC 5208 section 5). */
  private static final String RSA_PREFIX = "30820277020100300d06092a864886f70d010101050004820261";

  private static final String RSA =
      """
      MIICXQIBAAKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQi
      Y/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqM
      KrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB
      AoGAH0cxOhFZDgzXWhDhnAJDw5s4roOXN4OhjiXa8W7Y3rhX3FJqmJSPuC8N9vQm
      6SVbaLAE4SG5mLMueHlh4KXffEpuLEiNp9Ss3O4YfLiQpbRqE7Tm5SxKjvvQoZZe
      zHorimOaChRL2it47iuWxzxSiRMv4c+j70GiWdxXnxe4UoECQQDzJB/0U58W7RZy
      6enGVj2kWF732CoWFZWzi1FicudrBFoy63QwcowpoCazKtvZGMNlPWnC7x/6o8Gc
      uSe0ga2xAkEA8C7PipPm1/1fTRQvj1o/dDmZp243044ZNyxjg+/OPN0oWCbXIGxy
      WvmZbXriOWoSALJTjExEgraHEgnXssuk7QJBALl5ICsYMu6hMxO73gnfNayNgPxd
      WFV6Z7ULnKyV7HSVYF0hgYOHjeYe9gaMtiJYoo0zGN+L3AAtNP9huqkWlzECQE1a
      licIeVlo1e+qJ6Mgqr0Q7Aa7falZ448ccbSFYEPD6oFxiOl9Y9se9iYHZKKfIcst
      o7DUw1/hz2Ck4N5JrgUCQQCyKveNvjzkkd8HjYs0SwM0fPjK16//5qDZ2UiDGnOe
      uEzxBDAr518Z8VFbR41in3W4Y3yCDgQlLlcETrS+zYcL
      """;

  private static final String ED25519_PREFIX = "302e020100300506032b657004220420"; // RFC 8410
  private static final String ED25519 = "nWGxne/9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A=";

  private RfcKeys() {}

  /** The key with the selector {@code test}. */
  public static DkimSigner.Key rsa() {
    return new DkimSigner.Key("test", Algorithm.RSA_SHA256, key("RSA", RSA_PREFIX, RSA));
  }

  /** The key with the selector {@code brisbane}. */
  public static DkimSigner.Key ed25519() {
    return new DkimSigner.Key(
        "brisbane", Algorithm.ED25519_SHA256, key("Ed25519", ED25519_PREFIX, ED25519));
  }

  private static PrivateKey key(String algorithm, String prefix, String base64) {
    byte[] key = Base64.getMimeDecoder().decode(base64);
    byte[] start = HexFormat.of().parseHex(prefix);
    byte[] pkcs8 = new byte[start.length + key.length];
    System.arraycopy(start, 0, pkcs8, 0, start.length);
    System.arraycopy(key, 0, pkcs8, start.length, key.length);
    try {
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(pkcs8));
    } catch (GeneralSecurityException malformed) {
      throw new IllegalStateException(malformed);
    }
  }
}
