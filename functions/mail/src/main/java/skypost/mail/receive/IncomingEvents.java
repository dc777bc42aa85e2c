package skypost.mail.receive;

import java.io.IOException;
import skypost.mail.message.MessageId;

/** The queue of events that wake ReceiveFunction. */
public interface IncomingEvents {
  /** Sends the event of a stored message once more. */
  void repeat(MessageId id) throws IOException;
}
