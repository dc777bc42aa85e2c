package skypost.protocol.smtp.client;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/** A session with one server, for transactions one after another. Not thread safe; to be closed. */
public final class SmtpConnection implements AutoCloseable {
  private static final int PIPELINED =
      50; // commands sent ahead of their replies: never enough to fill both TCP windows

  private final Wire wire;
  private final Peer peer;
  private final Extensions extensions;
  private final long opened = System.nanoTime();
  private Session session;
  private boolean usable = true;
  private int transactions;

  SmtpConnection(Session session) {
    this.session = session;
    this.wire = session.wire();
    this.peer = session.peer();
    this.extensions = session.extensions();
  }

  /** The server at the other end. */
  public Peer peer() {
    return peer;
  }

  /** What the server offers. */
  public Extensions extensions() {
    return extensions;
  }

  /** Protocol and cipher suite; empty when in the clear. */
  public String tls() {
    return wire.tls();
  }

  /** What the server has shown, its own certificate first; empty when in the clear. */
  public List<X509Certificate> certificates() {
    return wire.certificates();
  }

  /** How many transactions it has had. */
  public int transactions() {
    return transactions;
  }

  /** How long ago it was opened. */
  Duration age() {
    return Duration.ofNanos(System.nanoTime() - opened);
  }

  /** Another begins to use it, on his own terms. */
  void begin(Deadline deadline, Timeouts timeouts) {
    wire.cutAt(deadline);
    session = new Session(wire, peer, extensions, timeouts);
  }

  /** Whether another transaction may be tried. */
  public boolean isUsable() {
    return usable;
  }

  /**
   * Runs a transaction.
   *
   * @return one outcome for each recipient, in order
   */
  public List<Outcome> send(Transaction transaction) {
    TransactionDialogue dialogue = new TransactionDialogue(session, transaction);
    List<Outcome> outcomes = dialogue.run();
    transactions++;
    usable = dialogue.leavesUsable();
    return outcomes;
  }

  /**
   * Asks whether the server would take mail for recipients: MAIL with the null sender, RCPT, RSET;
   * no message follows.
   *
   * @param recipients at least one
   * @return the reply to each RCPT, in order; always 4yz where the server did not get so far
   */
  public List<SmtpReply> verify(List<EmailAddress> recipients) {
    List<EmailAddress> askable =
        recipients.stream()
            .filter(each -> extensions.offers("SMTPUTF8") || !each.isInternationalized())
            .toList();
    List<SmtpReply> replies = new ArrayList<>();
    SmtpReply rest;
    try {
      rest = verify(askable, replies);
    } catch (IOException fault) {
      usable = false;
      rest = Faults.lost(peer, "while it was asked about recipients", fault);
    }
    // They may be reached by another way all the same: nothing is said of the recipient
    SmtpReply withoutUtf8 =
        SmtpReply.of(451, 6, 7, peer + " does not take internationalized mail (SMTPUTF8)");
    List<SmtpReply> all = new ArrayList<>();
    int asked = 0;
    for (EmailAddress recipient : recipients) {
      if (asked == askable.size() || !askable.get(asked).equals(recipient)) {
        all.add(withoutUtf8);
      } else {
        all.add(asked < replies.size() ? replies.get(asked) : rest);
        asked++;
      }
    }
    return all;
  }

  /** Adds replies as they come. @return what holds for those without one */
  private SmtpReply verify(List<EmailAddress> recipients, List<SmtpReply> replies)
      throws IOException {
    boolean utf8 = recipients.stream().anyMatch(EmailAddress::isInternationalized);
    wire.command("MAIL FROM:<>" + (utf8 ? " SMTPUTF8" : ""));
    SmtpReply mail = session.reply();
    if (mail.code() != 250) {
      usable = mail.isPermanent();
      return SmtpReply.of(451, 7, 0, peer + " was not to be asked: " + mail);
    }
    int ahead = extensions.offers("PIPELINING") ? PIPELINED : 1;
    for (int from = 0; from < recipients.size(); from += ahead) {
      List<EmailAddress> sent = recipients.subList(from, Math.min(from + ahead, recipients.size()));
      for (EmailAddress recipient : sent) {
        wire.command("RCPT TO:<" + recipient + ">");
      }
      for (int i = 0; i < sent.size(); i++) {
        SmtpReply reply = session.reply();
        if (reply.code() == 421) { // RFC 5321 section 3.8: the server closes
          usable = false;
          return reply;
        }
        replies.add(reply);
      }
    }
    reset();
    return SmtpReply.of(451, 3, 0, "not asked"); // nobody is left
  }

  private void reset() throws IOException {
    wire.command("RSET");
    usable = session.reply().code() == 250;
  }

  /**
   * Says QUIT where that makes sense, and hangs up without waiting for the answer (RFC 5321 section
   * 4.1.1.10 would have us wait): what was delivered stays delivered whatever comes of it.
   */
  @Override
  public void close() {
    try {
      if (usable) {
        wire.command("QUIT");
        wire.flush(session.timeouts().quit());
      }
    } catch (IOException alreadyGone) {
      usable = false;
    } finally {
      usable = false;
      wire.close();
    }
  }
}
