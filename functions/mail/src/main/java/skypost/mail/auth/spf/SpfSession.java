package skypost.mail.auth.spf;

import java.net.InetAddress;
import java.time.Instant;

/**
 * What SMTP told, as a check needs it (RFC 7208 section 4.1).
 *
 * @param client the peer's address; an IPv4-mapped one is an IPv4 address (section 5)
 * @param helo what the peer called itself, as it came
 * @param mailFrom the reverse-path without brackets; empty for the null sender
 * @param receiver our host name, for the macro r
 * @param now for the macro t
 */
public record SpfSession(
    InetAddress client, String helo, String mailFrom, String receiver, Instant now) {

  /** Whether the peer named no sender: then it is the HELO name that is checked (section 2.4). */
  public boolean isNullSender() {
    return mailFrom.isEmpty();
  }

  /** The local part; postmaster where there is none (sections 2.4 and 4.3). */
  String local() {
    int at = mailFrom.lastIndexOf('@');
    return at <= 0 ? "postmaster" : mailFrom.substring(0, at);
  }

  /** The domain of the sender, as it came; not yet known to be one. */
  String senderDomain() {
    return isNullSender() ? helo : mailFrom.substring(mailFrom.lastIndexOf('@') + 1);
  }
}
