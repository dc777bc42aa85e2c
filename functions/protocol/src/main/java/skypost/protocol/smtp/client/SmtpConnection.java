package skypost.protocol.smtp.client;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Transaction.Recipient;

/** A session with one server, for transactions one after another. Not thread safe; to be closed. */
public final class SmtpConnection implements AutoCloseable {
  private static final int PIPELINED =
      50; // commands sent ahead of their replies: never enough to fill both TCP windows
  private static final int BLOCK = 16 * 1024;

  private final Wire wire;
  private final Peer peer;
  private final Extensions extensions;
  private final Timeouts timeouts;
  private boolean usable = true;

  SmtpConnection(Wire wire, Peer peer, Extensions extensions, Timeouts timeouts) {
    this.wire = wire;
    this.peer = peer;
    this.extensions = extensions;
    this.timeouts = timeouts;
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
    Outcome[] outcomes = new Outcome[transaction.recipients().size()];
    try {
      checkLimits(transaction, outcomes);
      if (anyOpen(outcomes)) {
        envelope(transaction, outcomes);
      }
    } catch (IOException fault) {
      usable = false;
      fill(outcomes, new Outcome.Undecided(Faults.lost(peer, "during the envelope", fault)));
      return List.of(outcomes);
    }
    return List.of(outcomes);
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
    SmtpReply mail = wire.reply(timeouts.command());
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
        SmtpReply reply = wire.reply(timeouts.command());
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

  /** What the peer will certainly refuse is not sent. */
  private void checkLimits(Transaction transaction, Outcome[] outcomes) {
    long size = transaction.content().size();
    if (extensions.maxSize().isPresent()
        && size > extensions.maxSize().getAsLong()) { // RFC 1870 section 6.1
      fill(
          outcomes,
          new Outcome.Failed(
              SmtpReply.of(
                  552,
                  3,
                  4, // X.3.4: message too big for system
                  "message of "
                      + size
                      + " octets is larger than the "
                      + extensions.maxSize().getAsLong()
                      + " that "
                      + peer
                      + " takes")));
    }
    if (extensions.offers("SMTPUTF8")) {
      return;
    }
    boolean wholly =
        transaction.content().hasUtf8Headers()
            || transaction.sender().filter(EmailAddress::isInternationalized).isPresent();
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] == null
          && (wholly || transaction.recipients().get(i).address().isInternationalized())) {
        outcomes[i] =
            new Outcome.Failed(
                SmtpReply.of(
                    553,
                    6,
                    7, // RFC 6531 section 3.5
                    peer + " does not take internationalized mail (SMTPUTF8)"));
      }
    }
  }

  private void envelope(Transaction transaction, Outcome[] outcomes) throws IOException {
    List<Integer> open = new ArrayList<>();
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] == null) {
        open.add(i);
      }
    }
    boolean pipelining = extensions.offers("PIPELINING"); // RFC 2920 section 3.1
    wire.command(mail(transaction, open));
    int sent = 0;
    for (; pipelining && sent < open.size() && sent < PIPELINED; sent++) {
      wire.command(rcpt(transaction.recipients().get(open.get(sent))));
    }
    SmtpReply mail = wire.reply(timeouts.command());
    if (!mail.isPositive()) {
      refusedSender(mail, sent, outcomes);
      return;
    }
    int accepted = 0;
    for (int answered = 0; answered < open.size(); answered++) {
      for (;
          sent < open.size() && (sent <= answered || (pipelining && sent - answered < PIPELINED));
          sent++) {
        wire.command(rcpt(transaction.recipients().get(open.get(sent))));
      }
      SmtpReply reply = wire.reply(timeouts.command());
      if (reply.code() == 421) { // RFC 5321 section 3.8: the server closes
        hangUp(outcomes, reply);
        return;
      }
      // RFC 5321 section 3.3: 250 and 251 accept; 354 and the like make no sense here
      if (reply.code() / 100 == 2) {
        accepted++;
      } else {
        outcomes[open.get(answered)] =
            Outcome.refused(reply.isPositive() ? unexpected(reply) : reply);
      }
    }
    if (accepted > 0) {
      data(transaction.content(), outcomes);
    } else {
      reset();
    }
  }

  /**
   * The transaction never began; the replies to what was sent ahead are read so that the session
   * stays in step.
   */
  private void refusedSender(SmtpReply mail, int sentAhead, Outcome[] outcomes) throws IOException {
    if (mail.code() == 421) {
      hangUp(outcomes, mail);
      return;
    }
    // A 4yz to MAIL says nothing of a recipient, so the next exchanger may know better
    fill(outcomes, mail.isPermanent() ? new Outcome.Failed(mail) : new Outcome.Undecided(mail));
    for (int i = 0; i < sentAhead; i++) {
      if (wire.reply(timeouts.command()).code() == 421) {
        usable = false;
        return;
      }
    }
    reset();
  }

  private void data(Transaction.Content content, Outcome[] outcomes) throws IOException {
    wire.command("DATA");
    SmtpReply start = wire.reply(timeouts.dataStart());
    if (start.code() == 421) {
      hangUp(outcomes, start);
      return;
    }
    if (start.code() != 354) {
      fill(outcomes, Outcome.refused(start.isPositive() ? unexpected(start) : start));
      usable &= !start.isPositive(); // out of step with each other
      return;
    }
    usable = false; // until the end of data is answered
    SmtpReply brokenOff = content(content);
    if (brokenOff != null) {
      fill(
          outcomes,
          brokenOff.isPermanent()
              ? new Outcome.Failed(brokenOff)
              : new Outcome.Undecided(brokenOff));
      return;
    }
    try {
      SmtpReply end = wire.reply(timeouts.dataEnd());
      usable = end.code() != 421;
      if (end.code() / 100 == 2) {
        fill(
            outcomes,
            extensions.offers("DSN") ? new Outcome.Delivered(end) : new Outcome.Relayed(end));
      } else {
        fill(outcomes, Outcome.refused(end.isPositive() ? unexpected(end) : end));
      }
    } catch (IOException fault) {
      var reply = Faults.lost(peer, "while it answered the end of data", fault);
      // RFC 1047: one that hangs up has most likely not taken it; one that is silent may still be
      // at it, and then no other
      // exchanger should get a second copy at once.
      fill(
          outcomes,
          Faults.isTimeout(fault) ? new Outcome.Deferred(reply) : new Outcome.Undecided(reply));
    }
  }

  /**
   * Sends the content up to and with the final dot.
   *
   * @return null when all was sent; else why not
   */
  private SmtpReply content(Transaction.Content content) {
    byte[] block = new byte[BLOCK];
    long octets = 0;
    try (InputStream in = content.open()) {
      DataWriter writer = new DataWriter(wire.content());
      Optional<SevenBitWriter> converter =
          mustConvert(content) ? Optional.of(new SevenBitWriter(writer)) : Optional.empty();
      while (true) {
        int count = in.read(block);
        if (count < 0) {
          break;
        }
        octets += count;
        SmtpReply fault =
            write(() -> {
              if (converter.isPresent()) {
                converter.get().write(block, count);
              } else {
                writer.write(block, count);
              }
            });
        if (fault != null) {
          return fault;
        }
      }
      if (octets != content.size()) {
        return SmtpReply.of(
            451, 3, 0, "the stored message has " + octets + " octets instead of " + content.size());
      }
      return write(() -> {
        if (converter.isPresent()) {
          converter.get().end();
        } else {
          writer.end();
        }
        wire.flush(timeouts.dataBlock());
      });
    } catch (IOException fault) { // our own store's: the dot must not follow
      return SmtpReply.of(
          451,
          3,
          0,
          "cannot read the stored message: " + Faults.text(fault)); // X.3.0: mail system status
    }
  }

  /** RFC 6152 section 3: what a peer has not said it can take must be converted. */
  private boolean mustConvert(Transaction.Content content) {
    return content.isEightBit() && !extensions.offers("8BITMIME");
  }

  private interface Writing {
    void run() throws IOException;
  }

  private SmtpReply write(Writing writing) {
    try {
      wire.blockWithin(timeouts.dataBlock());
      writing.run();
      return null;
    } catch (IOException fault) {
      return verdictBeforeLoss(fault);
    }
  }

  /** A server that has enough may say so and hang up in the middle of the content. */
  private SmtpReply verdictBeforeLoss(IOException loss) {
    try {
      SmtpReply reply = wire.pendingReply(timeouts.quit());
      if (!reply.isPositive()) {
        return reply;
      }
    } catch (IOException nothingSaid) {
      return Faults.lost(peer, "during the content", loss);
    }
    return Faults.lost(peer, "during the content", loss);
  }

  private void reset() throws IOException {
    wire.command("RSET");
    usable = wire.reply(timeouts.command()).code() == 250;
  }

  private void hangUp(Outcome[] outcomes, SmtpReply reply) {
    usable = false;
    fill(outcomes, new Outcome.Undecided(reply));
  }

  private static SmtpReply unexpected(SmtpReply reply) {
    return SmtpReply.of(451, 5, 0, "unexpected reply: " + reply);
  }

  private static boolean anyOpen(Outcome[] outcomes) {
    return Arrays.stream(outcomes).anyMatch(outcome -> outcome == null);
  }

  private static void fill(Outcome[] outcomes, Outcome outcome) {
    for (int i = 0; i < outcomes.length; i++) {
      if (outcomes[i] == null) {
        outcomes[i] = outcome;
      }
    }
  }

  private String mail(Transaction transaction, List<Integer> open) {
    StringBuilder command = new StringBuilder("MAIL FROM:<");
    command.append(transaction.sender().map(EmailAddress::toString).orElse("")).append('>');
    if (extensions.offers("SIZE") && !mustConvert(transaction.content())) {
      command.append(" SIZE=").append(transaction.content().size());
    }
    if (extensions.offers("8BITMIME") && transaction.content().isEightBit()) {
      command.append(" BODY=8BITMIME");
    }
    if (needsUtf8(transaction, open)) {
      command.append(" SMTPUTF8");
    }
    append(command, transaction.parameters(), "RET", "ENVID");
    return command.toString();
  }

  private String rcpt(Recipient recipient) {
    StringBuilder command = new StringBuilder("RCPT TO:<").append(recipient.address()).append('>');
    append(command, recipient.parameters(), "NOTIFY", "ORCPT");
    return command.toString();
  }

  private static boolean needsUtf8(Transaction transaction, List<Integer> open) {
    return transaction.content().hasUtf8Headers()
        || transaction.sender().filter(EmailAddress::isInternationalized).isPresent()
        || open.stream()
            .anyMatch(i -> transaction.recipients().get(i).address().isInternationalized());
  }

  /** Passes DSN parameters on (RFC 3461 section 5.2.1), those alone that are well formed. */
  private void append(StringBuilder command, Map<String, String> parameters, String... names) {
    if (!extensions.offers("DSN")) {
      return;
    }
    for (String name : names) {
      String value = parameters.get(name);
      if (value != null
          && value.matches("[!-<>-~]{1,500}")) { // RFC 5321 section 4.1.2: esmtp-value
        command.append(' ').append(name).append('=').append(value);
      }
    }
  }

  /**
   * Says QUIT where that makes sense, and hangs up. What was delivered stays delivered whatever
   * comes of it.
   */
  @Override
  public void close() {
    try {
      if (usable) {
        wire.command("QUIT");
        wire.reply(timeouts.quit());
      }
    } catch (IOException alreadyGone) {
      usable = false;
    } finally {
      usable = false;
      wire.close();
    }
  }
}
