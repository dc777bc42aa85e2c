package skypost.mail.message;

import java.io.IOException;
import java.io.OutputStream;

/** Where accepted messages are put; all that the SMTP front may do with them. */
public interface IncomingMessages {
  /**
   * Begins to store a message. The envelope and the bytes become one object: neither exists without
   * the other.
   *
   * @param id must be new, or that of an identical message (a repeated step)
   */
  Draft begin(MessageId id, Envelope envelope) throws IOException;

  /**
   * A message being written. Memory is bounded whatever its size. Writing is not thread safe.
   *
   * <p>Closing without {@link #commit()} abandons it: nothing remains.
   */
  abstract class Draft extends OutputStream {
    /**
     * Makes the message durable. Only after it has returned may {@code 250} be said.
     *
     * @throws IOException when it is not known to be stored: the peer must be told to come again
     *     (451)
     */
    public abstract void commit() throws IOException;

    /**
     * Puts what has been written where it can be looked at, and where nobody takes it for accepted:
     * it is neither delivered nor kept for long. To be called before {@link #commit()}, which then
     * accepts it.
     */
    public abstract void stage() throws IOException;
  }
}
