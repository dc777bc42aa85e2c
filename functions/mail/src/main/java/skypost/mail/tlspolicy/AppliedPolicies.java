package skypost.mail.tlspolicy;

import java.util.Map;
import java.util.Optional;
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
   * @param isExamined whether the session fails when the policy is not met; else TLS says nothing
   */
  record Applied(AppliedPolicy policy, boolean isExamined) {}

  /** The session that a handshake began; empty when it is not to be counted. */
  Optional<TlsSession> session(Handshake handshake) {
    Applied applied = byHop.get(handshake.hop());
    if (applied == null) {
      return Optional.empty();
    }
    AppliedPolicy policy = applied.policy();
    String mx = handshake.hop().peer().host();
    return switch (handshake) {
      case Handshake.Done ignored when !applied.isExamined() -> Optional.empty();
      case Handshake.Done ignored -> Optional.of(new TlsSession(policy, mx, Optional.empty()));
      case Handshake.NotOffered ignored ->
          Optional.of(TlsSession.failed(policy, mx, TlsResult.STARTTLS_NOT_SUPPORTED));
      case Handshake.Broken(Hop ignored, var cause) ->
          Optional.of(TlsSession.failed(policy, mx, TlsResult.ofHandshake(cause, policy.type())));
    };
  }
}
