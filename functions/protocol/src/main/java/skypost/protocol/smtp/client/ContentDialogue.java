package skypost.protocol.smtp.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import skypost.protocol.smtp.SmtpReply;

/**
 * The content of a message: by DATA (RFC 5321 section 4.1.1.4), or by BDAT (RFC 3030) where the
 * server takes it so. For one transaction.
 */
final class ContentDialogue {
  private static final int BLOCK = 16 * 1024;
  private static final Set<Integer> NOT_UNDERSTOOD = Set.of(500, 502, 503, 504);

  private final Session session;
  private final Wire wire;
  private final Transaction.Content content;
  private final WireForm form;
  private byte[] before = {};

  /**
   * What the content came to.
   *
   * @param outcome for everybody whom the server had accepted
   * @param usable whether the session may have another transaction
   */
  record Verdict(Outcome outcome, boolean usable) {
    /** It was not sent to its end. */
    static Verdict brokenOff(SmtpReply reply) {
      return new Verdict(
          reply.isPermanent() ? new Outcome.Failed(reply) : new Outcome.Undecided(reply), false);
    }
  }

  /** Our own store cannot give the content; the end must not follow. */
  static final class StoreFault extends IOException {
    private static final long serialVersionUID = 1L;

    StoreFault(String message) {
      super(message);
    }

    SmtpReply reply() {
      return SmtpReply.of(451, 3, 0, getMessage()); // X.3.0: mail system status
    }
  }

  ContentDialogue(Session session, Transaction.Content content) {
    this.session = session;
    this.wire = session.wire();
    this.content = content;
    this.form = session.form(content);
  }

  /** Has all made that goes before the stored octets. */
  void prepare() throws StoreFault {
    try {
      before = content.fieldsBefore(form);
    } catch (IOException fault) {
      throw unreadable(fault);
    }
  }

  /** Octets that are sent, where they are not converted. */
  long size() {
    return before.length + content.size();
  }

  /** By DATA. @throws IOException when the connection is lost before content may be sent */
  Verdict data() throws IOException {
    session.requireTime();
    wire.command("DATA");
    SmtpReply start = session.reply(session.timeouts().dataStart());
    if (start.code() == 421) { // RFC 5321 section 3.8: the server closes
      return Verdict.brokenOff(start);
    }
    if (start.code() != 354) {
      boolean inStep = !start.isPositive();
      return new Verdict(Outcome.refused(inStep ? start : Session.unexpected(start)), inStep);
    }
    try {
      pump(new DataWriter(wire.content(), DataWriter.Framing.DOT));
      session.flushContent();
    } catch (StoreFault fault) {
      return Verdict.brokenOff(fault.reply());
    } catch (IOException fault) {
      return Verdict.brokenOff(verdictBeforeLoss(fault));
    }
    return end();
  }

  /** By BDAT, chunk after chunk. */
  Verdict chunks() {
    ChunkOutput chunks = new ChunkOutput(session);
    try {
      pump(new DataWriter(chunks, DataWriter.Framing.LINES));
      chunks.last();
    } catch (ChunkOutput.Refused refused) {
      // RFC 3030 section 2: the server goes on refusing chunks that are on their way
      return new Verdict(refused(refused.reply()).outcome(), false);
    } catch (StoreFault fault) {
      return Verdict.brokenOff(fault.reply());
    } catch (IOException fault) {
      return Verdict.brokenOff(verdictBeforeLoss(fault));
    }
    return end();
  }

  /** The content as one chunk. */
  byte[] whole() throws IOException {
    ByteArrayOutputStream chunk = new ByteArrayOutputStream();
    pump(new DataWriter(chunk, DataWriter.Framing.LINES));
    return chunk.toByteArray();
  }

  /** Sends one chunk as all there is; {@link #end} hears the answer. */
  void sendLast(byte[] chunk) throws IOException {
    session.blockBegins();
    wire.command("BDAT " + chunk.length + " LAST");
    wire.content().write(chunk);
  }

  /** The reply to the end of the content. */
  Verdict end() {
    SmtpReply end;
    try {
      end = session.reply(session.timeouts().dataEnd());
    } catch (IOException fault) {
      var reply = Faults.lost(session.peer(), "while it answered the end of data", fault);
      // RFC 1047: one that hangs up has most likely not taken it; one that is silent may still be
      // at it, and then no other exchanger should get a second copy at once.
      return new Verdict(
          Faults.isTimeout(fault) ? new Outcome.Deferred(reply) : new Outcome.Undecided(reply),
          false);
    }
    if (end.code() / 100 == 2) {
      return new Verdict(
          session.offers("DSN") ? new Outcome.Delivered(end) : new Outcome.Relayed(end), true);
    }
    return refused(end);
  }

  private Verdict refused(SmtpReply reply) {
    if (session.offers("CHUNKING") && NOT_UNDERSTOOD.contains(reply.code())) {
      // A server that does not know what it offers has not judged the message
      return new Verdict(
          new Outcome.Undecided(
              SmtpReply.of(451, 5, 0, session.peer() + " fails at BDAT: " + reply)),
          false);
    }
    if (reply.code() == 421) { // RFC 5321 section 3.8: it closes, and has not taken the message
      return Verdict.brokenOff(reply);
    }
    return new Verdict(
        Outcome.refused(reply.isPositive() ? Session.unexpected(reply) : reply), true);
  }

  /** All of the content in the form that the server takes. */
  private void pump(DataWriter writer) throws IOException {
    byte[] block = new byte[BLOCK];
    long octets = 0;
    try (InputStream in = open()) {
      wire.blockWithin(session.timeouts().dataBlock());
      writer.write(before, before.length);
      ContentWriter to = form.over(writer);
      for (int count = read(in, block); count >= 0; count = read(in, block)) {
        octets += count;
        session.blockBegins();
        to.write(block, count);
      }
      if (octets != content.size()) {
        throw new StoreFault(
            "the stored message has " + octets + " octets instead of " + content.size());
      }
      session.blockBegins();
      to.end();
    } finally {
      wire.blockDone();
    }
  }

  private InputStream open() throws StoreFault {
    try {
      return content.open();
    } catch (IOException fault) {
      throw unreadable(fault);
    }
  }

  private static StoreFault unreadable(IOException fault) {
    return new StoreFault("cannot read the stored message: " + Faults.text(fault));
  }

  private static int read(InputStream in, byte[] block) throws StoreFault {
    try {
      return in.read(block);
    } catch (IOException fault) {
      throw unreadable(fault);
    }
  }

  /** A server that has enough may say so and hang up in the middle of the content. */
  private SmtpReply verdictBeforeLoss(IOException loss) {
    if (loss instanceof ReplyParser.MalformedReply) { // what follows would be no clearer
      return Faults.lost(session.peer(), "during the content", loss);
    }
    try {
      SmtpReply reply = wire.pendingReply(session.timeouts().quit());
      if (!reply.isPositive()) {
        return reply;
      }
    } catch (IOException nothingSaid) {
      return Faults.lost(session.peer(), "during the content", loss);
    }
    return Faults.lost(session.peer(), "during the content", loss);
  }
}
