package skypost.mail.directory;

import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Set;
import skypost.mail.directory.Suppressions.Suppression;
import skypost.protocol.smtp.SmtpReply;

/** Which failures are of the address itself, and what is said of one that is suppressed for it. */
public final class HardBounce {
  /**
   * RFC 3463 section 3.2: X.1.1 no such mailbox, X.1.2 no such system, X.1.3 malformed for its
   * system, X.1.6 moved and no forwarding address; RFC 7505 section 4.2: X.1.10 null MX; RFC 3463
   * section 3.3: X.2.1 mailbox disabled.
   *
   * <p>All else is no statement about the address: it is ambiguous (X.1.4), about the sender
   * (X.1.7, X.1.8), about this message (X.2.3, X.6.z), about the system's state or the way there
   * (X.2.2, X.3.z, X.4.z, X.5.z), or a policy that also hits good addresses (X.7.z). A reply
   * without an enhanced status is none either: a bare 550 is "no access" and "policy" too (RFC 5321
   * section 4.2.3).
   */
  private static final Set<String> STATUSES =
      Set.of("5.1.1", "5.1.2", "5.1.3", "5.1.6", "5.1.10", "5.2.1");

  private static final int MAX_REASON = 120;

  private HardBounce() {}

  /** Whether mail to the address will fail again, whatever it is. */
  public static boolean isHard(SmtpReply reply) {
    return reply.isPermanent() && STATUSES.contains(reply.enhanced());
  }

  /** What a sender is told of a suppressed recipient. */
  public static SmtpReply refusal(Suppression suppression) {
    LocalDate since = LocalDate.ofInstant(suppression.since(), ZoneOffset.UTC);
    String reason = suppression.reason().replaceAll("[^ -~]", "?");
    return SmtpReply.of(
        550,
        1,
        1,
        "recipient suppressed since "
            + since
            + ": "
            + (reason.length() > MAX_REASON ? reason.substring(0, MAX_REASON) + "..." : reason),
        "the administrator can lift it: DELETE /v1/domains/{domain}/suppressions/{address}");
  }
}
