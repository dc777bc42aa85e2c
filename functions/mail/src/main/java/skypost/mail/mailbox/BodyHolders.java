package skypost.mail.mailbox;

import java.io.IOException;
import java.util.Collection;
import skypost.mail.message.MessageId;

/**
 * Who still needs a body that several share: mailboxes and queue entries. A body with a single
 * holder is never registered here; it goes with its entry.
 */
public interface BodyHolders {
  /** Registers all holders before the first of them is told of the message. May be repeated. */
  void hold(MessageId id, Collection<String> holders) throws IOException;

  /**
   * Takes a holder away. May be repeated.
   *
   * @return true when nobody needs the body any more: the caller deletes it
   */
  boolean release(MessageId id, String holder) throws IOException;
}
