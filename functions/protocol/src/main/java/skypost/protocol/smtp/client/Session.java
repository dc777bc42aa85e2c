package skypost.protocol.smtp.client;

import java.io.IOException;
import java.net.SocketTimeoutException;
import java.time.Duration;
import skypost.protocol.smtp.SmtpReply;

/** What a dialogue with a server stands on. */
record Session(Wire wire, Peer peer, Extensions extensions, Timeouts timeouts) {
  SmtpReply reply() throws IOException {
    return reply(timeouts.command());
  }

  SmtpReply reply(Duration timeout) throws IOException {
    return wire.reply(timeout);
  }

  /**
   * When the end of the content must be out at the latest: after it the server has its whole time
   * for the reply. Whoever hangs up before does not know whether it has taken the message, and
   * sends it twice.
   */
  Deadline contentEnd() {
    return wire.deadline().earlierBy(timeouts.dataEnd());
  }

  /** Nothing of a message is sent any more when its end could not be. */
  void requireTime() throws TooLate {
    if (contentEnd().isOver()) {
      throw new TooLate();
    }
  }

  /** The block of content that is written next must be taken in time. */
  void blockBegins() throws TooLate {
    requireTime();
    wire.blockWithin(blockTime());
  }

  /** Sends what is left of the content. */
  void flushContent() throws IOException {
    wire.flush(blockTime());
  }

  /** How long a block of content, or the answer to one, may take. */
  Duration blockTime() {
    return contentEnd().within(timeouts.dataBlock()).remaining();
  }

  /** The time is over in which content may be sent; its end was not. */
  static final class TooLate extends SocketTimeoutException {
    private static final long serialVersionUID = 1L;

    TooLate() {
      super("no time is left to hear the reply to the end of the content");
    }
  }

  boolean offers(String keyword) {
    return extensions.offers(keyword);
  }

  /** RFC 6152 section 3: what a peer has not said it can take must be converted. */
  WireForm form(Transaction.Content content) {
    return content.isEightBit() && !offers("8BITMIME") ? WireForm.SEVEN_BIT : WireForm.LINES;
  }

  /** A positive reply where it makes no sense. */
  static SmtpReply unexpected(SmtpReply reply) {
    return SmtpReply.of(451, 5, 0, "unexpected reply: " + reply);
  }
}
