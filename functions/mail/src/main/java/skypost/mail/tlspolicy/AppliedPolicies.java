package skypost.mail.tlspolicy;

import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLHandshakeException;
import skypost.protocol.smtp.client.Hop;

/**
 * What sessions with the servers of a domain are held against.
 *
 * @param domain the recipients', whose policies these are
 * @param byHop what is not in it is not counted: smart hosts, and what a sender alone demands
 */
public record AppliedPolicies(String domain, Map<Hop, Applied> byHop) {
  /** Nothing is counted. */
  public static final AppliedPolicies NONE = new AppliedPolicies("", Map.of());

  public AppliedPolicies {
    byHop = Map.copyOf(byHop);
  }

  /**
   * @param isEnforced whether the session fails when the policy is not met
   * @param check looks afterwards where it does not fail; empty: nobody looks, and TLS says nothing
   */
  record Applied(AppliedPolicy policy, boolean isEnforced, Optional<CertificateCheck> check) {
    static Applied enforced(AppliedPolicy policy) {
      return new Applied(policy, true, Optional.empty());
    }
  }

  /** The session that a handshake began; empty when it is not to be counted. */
  Optional<TlsSession> session(Handshake handshake) {
    Applied applied = byHop.get(handshake.hop());
    if (applied == null) {
      return Optional.empty();
    }
    AppliedPolicy policy = applied.policy();
    String mx = handshake.hop().peer().host();
    return switch (handshake) {
      case Handshake.Done(Hop ignored, var chain) when !applied.isEnforced() ->
          applied.check().map(check -> examined(check, chain, mx, policy));
      case Handshake.Done ignored -> Optional.of(TlsSession.secured(policy, mx));
      case Handshake.NotOffered ignored ->
          Optional.of(TlsSession.failed(policy, mx, TlsResult.STARTTLS_NOT_SUPPORTED));
      case Handshake.Broken(Hop ignored, var cause) ->
          Optional.of(TlsSession.broken(policy, mx, cause));
    };
  }

  private static TlsSession examined(
      CertificateCheck check, List<X509Certificate> chain, String mx, AppliedPolicy policy) {
    try {
      check.check(chain, mx);
      return TlsSession.secured(policy, mx);
    } catch (SSLHandshakeException fault) {
      return TlsSession.broken(policy, mx, fault);
    }
  }
}
