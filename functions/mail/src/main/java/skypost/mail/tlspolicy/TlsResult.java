package skypost.mail.tlspolicy;

import java.io.IOException;
import java.security.cert.CertPathValidatorException;
import java.security.cert.CertPathValidatorException.BasicReason;
import java.security.cert.CertificateException;
import java.security.cert.CertificateExpiredException;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;

/** Why a session was not secured as the domain wants it: result types of RFC 8460 section 4.3. */
public enum TlsResult {
  STARTTLS_NOT_SUPPORTED,
  CERTIFICATE_HOST_MISMATCH,
  CERTIFICATE_EXPIRED,
  CERTIFICATE_NOT_TRUSTED,
  /** None of the others. */
  VALIDATION_FAILURE,
  /** No TLSA record matches what the server shows. */
  TLSA_INVALID,
  /** DNSSEC vouches for nothing, and ought to. */
  DNSSEC_INVALID,
  STS_POLICY_FETCH_ERROR,
  /** The file that was fetched is no policy. */
  STS_POLICY_INVALID,
  /** The policy host showed a certificate that is not to be believed. */
  STS_WEBPKI_INVALID;

  /** As reports have it. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** The one that reports call so. */
  public static Optional<TlsResult> labelled(String label) {
    return Arrays.stream(values()).filter(each -> each.label().equals(label)).findFirst();
  }

  /** What a handshake with a server failed with, when its certificate was checked so. */
  static TlsResult ofHandshake(IOException fault, AppliedPolicy.Type checked) {
    List<Throwable> causes =
        Stream.iterate((Throwable) fault, each -> each != null, Throwable::getCause)
            .limit(10)
            .toList();
    if (causes.stream().noneMatch(TlsResult::isOfCertificate)) {
      return VALIDATION_FAILURE;
    }
    if (checked == AppliedPolicy.Type.TLSA) {
      return TLSA_INVALID;
    }
    if (causes.stream().anyMatch(TlsResult::isExpiry)) {
      return CERTIFICATE_EXPIRED;
    }
    // The JDK's path validation throws subclasses; what throws the bare one is its check of names,
    // which comes last
    boolean isOfName =
        causes.stream().anyMatch(each -> each.getClass() == CertificateException.class);
    return isOfName ? CERTIFICATE_HOST_MISMATCH : CERTIFICATE_NOT_TRUSTED;
  }

  private static boolean isOfCertificate(Throwable cause) {
    return cause instanceof CertificateException || cause instanceof CertPathValidatorException;
  }

  private static boolean isExpiry(Throwable cause) {
    return cause instanceof CertificateExpiredException
        || (cause instanceof CertPathValidatorException path
            && path.getReason() == BasicReason.EXPIRED);
  }
}
