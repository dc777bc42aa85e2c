package skypost.protocol.smtp.client;

import java.security.NoSuchAlgorithmException;
import javax.net.ssl.SSLContext;

/**
 * Whom a TLS server must prove to be.
 *
 * @param context its trust managers decide about the certificate
 * @param name for SNI (RFC 6066 section 3): a host name; an address is not sent
 * @param named whether the certificate must be for this name too (RFC 9525); not where the context
 *     decides about names itself, as one for DANE does (RFC 7672 section 3.2)
 */
public record ServerIdentity(SSLContext context, String name, boolean named) {
  /** A certificate for this name by an authority that the JVM trusts (RFC 5280). */
  public static ServerIdentity trusted(String name) {
    try {
      return new ServerIdentity(SSLContext.getDefault(), name, true);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has TLS
    }
  }

  /** Anybody who answers under this name. */
  static ServerIdentity any(SSLContext context, String name) {
    return new ServerIdentity(context, name, false);
  }
}
