package skypost.mail.tlspolicy;

import java.io.IOException;
import java.util.Optional;

/**
 * A session with a server, as reports count them (RFC 8460 section 4.4).
 *
 * @param policy what it was held against
 * @param mx the server's name in the MX record; empty: it did not come so far
 * @param failure empty: it was secured as the policy wants it
 * @param reason the fault in our own words, for {@code failure-reason-code}: printable ASCII, at
 *     most {@value #MAX_REASON} characters; empty: the failure says it all
 */
public record TlsSession(
    AppliedPolicy policy, String mx, Optional<TlsResult> failure, String reason) {
  /** Few words tell few kinds of sessions apart, and all kinds of a day share an item. */
  public static final int MAX_REASON = 100;

  private static final int MAX_CAUSES = 10;

  /** Where nothing is said but how it ended. */
  public TlsSession(AppliedPolicy policy, String mx, Optional<TlsResult> failure) {
    this(policy, mx, failure, "");
  }

  static TlsSession secured(AppliedPolicy policy, String mx) {
    return new TlsSession(policy, mx, Optional.empty());
  }

  static TlsSession failed(AppliedPolicy policy, String mx, TlsResult failure) {
    return new TlsSession(policy, mx, Optional.of(failure));
  }

  /** One whose handshake failed, or would have. */
  static TlsSession broken(AppliedPolicy policy, String mx, IOException fault) {
    TlsResult result = TlsResult.ofHandshake(fault, policy.type());
    return new TlsSession(policy, mx, Optional.of(result), reason(fault));
  }

  /** What lies at the bottom of it. */
  private static String reason(Throwable fault) {
    Throwable cause = fault;
    for (int i = 0; i < MAX_CAUSES && cause.getCause() != null; i++) {
      cause = cause.getCause();
    }
    String text =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    String printable = text.replaceAll("[^ -~]", "?");
    return printable.length() <= MAX_REASON ? printable : printable.substring(0, MAX_REASON);
  }
}
