package skypost.mail.tlspolicy;

import java.util.Optional;

/**
 * A session with a server, as reports count them.
 *
 * @param policy what it was held against
 * @param mx the server's name in the MX record; empty: it did not come so far
 * @param failure empty: it was secured as the policy wants it
 */
public record TlsSession(AppliedPolicy policy, String mx, Optional<TlsResult> failure) {
  static TlsSession failed(AppliedPolicy policy, String mx, TlsResult failure) {
    return new TlsSession(policy, mx, Optional.of(failure));
  }
}
