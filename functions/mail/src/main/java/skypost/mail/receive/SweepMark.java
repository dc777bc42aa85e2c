package skypost.mail.receive;

import java.io.IOException;
import java.util.Optional;
import skypost.mail.message.MessageId;

/** How far the sweeper has come. */
public interface SweepMark {
  /**
   * Every message with a smaller id was seen to be finished, or its event was repeated; empty
   * before the first sweep.
   */
  Optional<MessageId> read() throws IOException;

  void write(MessageId mark) throws IOException;
}
