package skypost.mail.verify;

import java.io.IOException;
import java.util.Optional;
import skypost.mail.message.MessageId;
import skypost.protocol.smtp.SmtpReply;

/** What a front asks about a message that it has staged, with its client waiting. */
public interface SessionCheck {
  /** For a front that has nobody to ask: everything is taken. */
  SessionCheck NONE = id -> Optional.empty();

  /**
   * Whether the message must be refused.
   *
   * @param id of a message that is {@linkplain skypost.mail.message.IncomingMessages.Draft#stage
   *     staged}
   * @return what to tell the client; empty: it is to be taken
   * @throws IOException when that cannot be told, or not in time: then it is to be taken as well,
   *     and is filed by what is found out later
   */
  Optional<SmtpReply> refusal(MessageId id) throws IOException;
}
