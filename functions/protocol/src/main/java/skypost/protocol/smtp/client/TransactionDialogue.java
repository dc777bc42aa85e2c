package skypost.protocol.smtp.client;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.ContentDialogue.Verdict;
import skypost.protocol.smtp.client.Transaction.Recipient;

/** One mail transaction (RFC 5321 section 3.3). For one. */
final class TransactionDialogue {
  private static final int PIPELINED =
      50; // commands sent ahead of their replies: never enough to fill both TCP windows
  private static final int AHEAD = 64 * 1024; // octets of content sent ahead of all replies

  private final Session session;
  private final Wire wire;
  private final Transaction transaction;
  private final ContentDialogue content;
  private final Outcome[] outcomes;
  private boolean usable = true;

  TransactionDialogue(Session session, Transaction transaction) {
    this.session = session;
    this.wire = session.wire();
    this.transaction = transaction;
    this.content = new ContentDialogue(session, transaction.content());
    this.outcomes = new Outcome[transaction.recipients().size()];
  }

  /** Goes through with it. @return one outcome for each recipient, in order */
  List<Outcome> run() {
    checkLimits();
    List<Integer> open = open();
    Optional<byte[]> ahead = Optional.empty();
    try {
      if (!open.isEmpty()) {
        content.prepare();
        checkSize(content.size());
        open = open();
      }
      if (!open.isEmpty()) {
        ahead = ahead(open.size());
        envelope(open, ahead);
      }
    } catch (ContentDialogue.StoreFault fault) { // nothing has been said yet
      fill(new Outcome.Undecided(fault.reply()));
    } catch (IOException fault) {
      usable = false;
      SmtpReply reply = Faults.lost(session.peer(), "during the envelope", fault);
      // A silent server that has the content may be slow and take it yet: as after a final dot
      boolean mayHaveIt = ahead.isPresent() && Faults.isTimeout(fault);
      fill(mayHaveIt ? new Outcome.Deferred(reply) : new Outcome.Undecided(reply));
    }
    return List.of(outcomes);
  }

  /** Whether the session may have another transaction. */
  boolean leavesUsable() {
    return usable;
  }

  /** What the peer will certainly refuse is not sent. */
  private void checkLimits() {
    if (transaction.requiresTls()
        && (session.wire().tls().isEmpty() || !session.offers("REQUIRETLS"))) {
      // RFC 8689 section 4.2.1: another exchanger may; X.7.30: REQUIRETLS support required
      fill(
          new Outcome.Undecided(
              SmtpReply.of(550, 7, 30, session.peer() + " does not support REQUIRETLS")));
    }
    checkSize(transaction.content().size());
    if (!session.offers("SMTPUTF8")) {
      Outcome without = // RFC 6531 section 3.5
          failed(553, 6, 7, " does not take internationalized mail (SMTPUTF8)");
      boolean throughout = EnvelopeCommands.isUtf8Throughout(transaction);
      for (int i : open()) {
        if (throughout || transaction.recipients().get(i).address().isInternationalized()) {
          outcomes[i] = without;
        }
      }
    }
  }

  private void checkSize(long size) {
    long most = session.extensions().maxSize().orElse(Long.MAX_VALUE);
    if (size > most) { // RFC 1870 section 6.1; X.3.4: message too big for system
      fill(failed(552, 3, 4, " takes " + most + " octets, and the message has " + size));
    }
  }

  private Outcome failed(int code, int subject, int detail, String text) {
    return new Outcome.Failed(SmtpReply.of(code, subject, detail, session.peer() + text));
  }

  /**
   * The content of a small message, for a server that takes it in the same breath as the envelope
   * (RFC 3030 section 4.2): a round trip for a message instead of three.
   */
  private Optional<byte[]> ahead(int recipients) throws IOException {
    boolean may =
        session.offers("CHUNKING")
            && session.offers("PIPELINING")
            && content.size() <= AHEAD
            && recipients < PIPELINED;
    return may ? Optional.of(content.whole()) : Optional.empty();
  }

  private void envelope(List<Integer> open, Optional<byte[]> ahead) throws IOException {
    session.requireTime();
    boolean pipelining = session.offers("PIPELINING"); // RFC 2920 section 3.1
    // Who has the whole message has the time for it, whichever reply it is that takes so long
    Duration patience =
        ahead.isPresent() ? session.timeouts().dataEnd() : session.timeouts().command();
    List<Recipient> recipients = open.stream().map(transaction.recipients()::get).toList();
    wire.command(EnvelopeCommands.mail(transaction, recipients, session, content.size()));
    int sent = 0;
    for (; pipelining && sent < open.size() && sent < PIPELINED; sent++) {
      wire.command(EnvelopeCommands.rcpt(recipients.get(sent), session));
    }
    if (ahead.isPresent()) {
      content.sendLast(ahead.get());
    }
    SmtpReply mail = session.reply(patience);
    if (!mail.isPositive()) {
      refusedSender(mail, sent + (ahead.isPresent() ? 1 : 0));
      return;
    }
    int accepted = 0;
    for (int answered = 0; answered < open.size(); answered++) {
      for (;
          sent < open.size() && (sent <= answered || (pipelining && sent - answered < PIPELINED));
          sent++) {
        wire.command(EnvelopeCommands.rcpt(recipients.get(sent), session));
      }
      SmtpReply reply = session.reply(patience);
      if (reply.code() == 421) { // RFC 5321 section 3.8: the server closes
        hangUp(reply);
        return;
      }
      // RFC 5321 section 3.3: 250 and 251 accept; 354 and the like make no sense here
      if (reply.code() / 100 == 2) {
        accepted++;
      } else {
        outcomes[open.get(answered)] =
            Outcome.refused(reply.isPositive() ? Session.unexpected(reply) : excused(reply));
      }
    }
    content(accepted, ahead.isPresent());
  }

  /**
   * A server that wants a login or TLS first says nothing of the message: our settings, or its own,
   * are wrong (RFC 4954 section 6, RFC 3207 section 4).
   */
  private SmtpReply excused(SmtpReply reply) {
    return reply.code() == 530
        ? SmtpReply.of(454, 7, 0, session.peer() + " wants a login or TLS: " + reply)
        : reply;
  }

  private void content(int accepted, boolean sentAhead) throws IOException {
    if (accepted > 0) {
      Verdict verdict =
          sentAhead
              ? content.end()
              : session.offers("CHUNKING") ? content.chunks() : content.data();
      usable = verdict.usable();
      fill(verdict.outcome());
      if (usable && session.offers("CHUNKING") && !isTaken(verdict.outcome())) {
        reset(); // RFC 3030 section 2: after a BDAT that failed
      }
    } else if (sentAhead) { // RFC 3030 section 2: the octets were read, and refused for want of
      // RCPT
      skip(1);
    } else {
      reset();
    }
  }

  private static boolean isTaken(Outcome outcome) {
    return outcome instanceof Outcome.Delivered || outcome instanceof Outcome.Relayed;
  }

  /** The transaction never began. */
  private void refusedSender(SmtpReply reply, int sentAhead) throws IOException {
    if (reply.code() == 421) {
      hangUp(reply);
      return;
    }
    SmtpReply mail = excused(reply);
    // A 4yz to MAIL says nothing of a recipient, so the next exchanger may know better
    fill(mail.isPermanent() ? new Outcome.Failed(mail) : new Outcome.Undecided(mail));
    skip(sentAhead);
  }

  /** Reads the replies to what was sent ahead, so that the session stays in step. */
  private void skip(int replies) throws IOException {
    for (int i = 0; i < replies; i++) {
      if (session.reply().code() == 421) {
        usable = false;
        return;
      }
    }
    reset();
  }

  private void reset() throws IOException {
    wire.command("RSET");
    usable = session.reply().code() == 250;
  }

  private void hangUp(SmtpReply reply) {
    usable = false;
    fill(new Outcome.Undecided(reply));
  }

  private List<Integer> open() {
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] == null) {
        open.add(i);
      }
    }
    return open;
  }

  private void fill(Outcome outcome) {
    Arrays.setAll(outcomes, i -> outcomes[i] == null ? outcome : outcomes[i]);
  }
}
