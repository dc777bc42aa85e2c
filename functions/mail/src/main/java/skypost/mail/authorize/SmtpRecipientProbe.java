package skypost.mail.authorize;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import skypost.mail.directory.Domain;
import skypost.mail.directory.HostPort;
import skypost.mail.dns.Exchangers;
import skypost.mail.dns.MailExchangers;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.ConnectResult;
import skypost.protocol.smtp.client.Deadline;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Peer;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.SmtpConnection;
import skypost.protocol.smtp.client.TlsDemand;

/**
 * Asks by SMTP: MAIL with the null sender, RCPT, RSET. The primary is the one that the domain
 * names, or else its MX before us.
 *
 * <p>Where port 25 cannot be opened, as in a Lambda function outside of a VPC, everything is {@link
 * Finding#UNREACHABLE}, unless the primary is named with another port.
 */
public final class SmtpRecipientProbe implements RecipientProbe {
  /** A client waits for our answer to its RCPT; then it is better to take the mail. */
  static final Duration LIMIT = Duration.ofSeconds(5);

  private static final Set<Integer> ABOUT_MAILBOX = Set.of(550, 551, 553); // RFC 5321 section 4.2.3
  private static final int ADDRESS_STATUS = 1; // RFC 3463 section 3.2
  private static final int NO_ENHANCED_CODE = -1;
  private static final int MAILBOX_DISABLED = 1; // X.2.1, RFC 3463 section 3.3

  private final Supplier<Means> means;
  private Means made;

  /**
   * What it takes to ask.
   *
   * @param client says EHLO
   * @param tls as the mail itself will go
   * @param exchangers finds the primary
   * @param port of exchangers found through MX
   */
  public record Means(SmtpClient client, TlsDemand tls, MailExchangers exchangers, int port) {}

  /**
   * @param means called once, at the first question: most installations never ask one
   */
  public SmtpRecipientProbe(Supplier<Means> means) {
    this.means = means;
  }

  private synchronized Means means() {
    if (made == null) {
      made = means.get();
    }
    return made;
  }

  @Override
  public List<Finding> ask(Domain domain, List<EmailAddress> recipients) {
    Deadline deadline = Deadline.in(LIMIT);
    return switch (primary(domain)) {
      case Exchangers.Never(SmtpReply reply) -> unreachable(domain, recipients, reply);
      case Exchangers.Later(SmtpReply reply) -> unreachable(domain, recipients, reply);
      case Exchangers.Found(List<Peer> peers) -> ask(domain, recipients, peers, deadline);
    };
  }

  private Exchangers primary(Domain domain) {
    Optional<HostPort> primary = domain.primary();
    return primary.isPresent()
        ? means().exchangers().host(primary.get().host(), primary.get().port())
        : means().exchangers().find(domain.name(), means().port());
  }

  private List<Finding> ask(
      Domain domain, List<EmailAddress> recipients, List<Peer> peers, Deadline deadline) {
    SmtpReply last = SmtpReply.of(451, 4, 1, "no server was reached in time");
    for (Peer peer : peers) {
      if (deadline.remaining().isZero()) {
        break;
      }
      // One that stalls must not use up the time of the next
      Duration share = deadline.remaining().dividedBy(peer == peers.getLast() ? 1 : 2);
      switch (connect(peer, share, deadline)) {
        case ConnectResult.NotConnected(SmtpReply reply) -> last = reply;
        case ConnectResult.TlsFailed failed -> last = failed.reply();
        case ConnectResult.Connected(SmtpConnection connection, var ignored) -> {
          try (connection) {
            return ask(connection, recipients);
          }
        }
      }
    }
    return unreachable(domain, recipients, last);
  }

  private ConnectResult connect(Peer peer, Duration share, Deadline deadline) {
    SmtpClient client = means().client();
    SmtpClient hasty = new SmtpClient(client.helo(), client.timeouts().envelopeWithin(share));
    return hasty.connect(new Hop(peer, means().tls()), deadline);
  }

  private static List<Finding> ask(SmtpConnection connection, List<EmailAddress> recipients) {
    List<SmtpReply> replies = connection.verify(recipients);
    List<Finding> findings = new ArrayList<>();
    for (int i = 0; i < replies.size(); i++) {
      Finding finding = finding(replies.get(i));
      EventLog.info("call-ahead")
          .with("to", recipients.get(i))
          .with("server", connection.peer())
          .with("finding", finding)
          .with("reply", replies.get(i))
          .write();
      findings.add(finding);
    }
    return findings;
  }

  /**
   * A refusal counts as "no such recipient" only where it is about the address: a primary that has
   * something against us must not make us refuse everybody's mail.
   */
  static Finding finding(SmtpReply reply) {
    if (reply.code() / 100 == 2) {
      return Finding.EXISTS;
    }
    if (!reply.isPermanent()) {
      return Finding.UNDECIDED;
    }
    boolean aboutAddress =
        reply.subject() == ADDRESS_STATUS
            || (reply.subject() == 2 && reply.detail() == MAILBOX_DISABLED)
            || (reply.subject() == NO_ENHANCED_CODE && ABOUT_MAILBOX.contains(reply.code()));
    return aboutAddress ? Finding.UNKNOWN : Finding.UNDECIDED;
  }

  private static List<Finding> unreachable(
      Domain domain, List<EmailAddress> recipients, SmtpReply why) {
    EventLog.warn("call-ahead-unreachable")
        .with("domain", domain.name())
        .with("reply", why)
        .write();
    return Collections.nCopies(recipients.size(), Finding.UNREACHABLE);
  }
}
