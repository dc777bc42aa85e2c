package skypost.mail.verify;

import java.io.IOException;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageSource;

/** Finds out who sent a message. */
public interface SenderVerifier {
  /**
   * Verifies a message that is stored. Bounded in time, however slow the DNS is.
   *
   * @throws IOException when the message cannot be read, or our own settings
   */
  Verification verify(Envelope envelope, MessageSource message) throws IOException;
}
