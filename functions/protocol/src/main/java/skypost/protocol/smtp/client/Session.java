package skypost.protocol.smtp.client;

import java.io.IOException;
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

  boolean offers(String keyword) {
    return extensions.offers(keyword);
  }

  /** RFC 6152 section 3: what a peer has not said it can take must be converted. */
  WireForm form(Transaction.Content content) {
    if (content.isBinary()) {
      return WireForm.OCTETS;
    }
    return content.isEightBit() && !offers("8BITMIME") ? WireForm.SEVEN_BIT : WireForm.LINES;
  }

  /** A positive reply where it makes no sense. */
  static SmtpReply unexpected(SmtpReply reply) {
    return SmtpReply.of(451, 5, 0, "unexpected reply: " + reply);
  }
}
