package skypost.protocol.smtp.client;

import java.io.IOException;
import java.net.SocketTimeoutException;
import skypost.protocol.smtp.SmtpReply;

/** Faults of a connection as replies of our own: always temporary, because nobody said never. */
final class Faults {
  private Faults() {}

  static SmtpReply lost(Peer peer, String when, IOException fault) {
    if (fault instanceof ReplyParser.MalformedReply) {
      return SmtpReply.of(
          451,
          5,
          0,
          peer + " broke the protocol " + when + ": " + text(fault)); // X.5.0: protocol status
    }
    if (fault instanceof Session.TooLate) {
      return SmtpReply.of(451, 4, 2, "gave up " + peer + " " + when + ": " + text(fault));
    }
    return SmtpReply.of(
        451, 4, 2, "lost " + peer + " " + when + ": " + text(fault)); // X.4.2: bad connection
  }

  static String text(IOException fault) {
    if (isTimeout(fault) && !(fault instanceof Session.TooLate)) {
      return "timed out";
    }
    return fault.getMessage() == null ? fault.getClass().getSimpleName() : fault.getMessage();
  }

  static boolean isTimeout(IOException fault) {
    // The only one to close a socket that is in use is the watchdog
    return fault instanceof SocketTimeoutException || "Socket closed".equals(fault.getMessage());
  }
}
