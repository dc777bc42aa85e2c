package skypost.protocol.smtp;

import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLContext;

/**
 * What a server offers.
 *
 * @param service whom it serves
 * @param hostname what it calls itself
 * @param tls for STARTTLS; empty: not offered
 * @param extensions what is switched on
 * @param limits how much it takes
 * @param bearerTokens whether users may log in with them (RFC 7628)
 */
public record SmtpSettings(
    Service service,
    String hostname,
    Optional<SSLContext> tls,
    Set<Extension> extensions,
    SmtpLimits limits,
    boolean bearerTokens) {

  /** Whom a server serves. */
  public enum Service {
    /** Other servers, on port 25. */
    MX,
    /** Users, on ports 587 and 465: TLS and login come first (RFC 6409, RFC 8314). */
    SUBMISSION
  }

  public SmtpSettings {
    extensions = Set.copyOf(extensions);
  }

  /** Without bearer tokens. */
  public SmtpSettings(
      Service service,
      String hostname,
      Optional<SSLContext> tls,
      Set<Extension> extensions,
      SmtpLimits limits) {
    this(service, hostname, tls, extensions, limits, false);
  }

  /** The same, and users may log in with bearer tokens, or not. */
  public SmtpSettings withBearerTokens(boolean taken) {
    return new SmtpSettings(service, hostname, tls, extensions, limits, taken);
  }
}
