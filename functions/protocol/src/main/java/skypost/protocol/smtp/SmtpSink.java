package skypost.protocol.smtp;

import java.io.IOException;
import java.io.OutputStream;

/** Where messages go. */
public interface SmtpSink {
  /**
   * Begins a message. Its octets are lines that end with CRLF, with no other CR or LF among them,
   * however they came. @throws IOException when it cannot be taken now: the client is told to come
   * again
   */
  Incoming begin(SmtpTransaction transaction) throws IOException;

  /** A message being taken; closing it without {@link #commit()} leaves nothing. */
  abstract class Incoming extends OutputStream {
    /**
     * Makes the message durable, or refuses it now that it is there.
     *
     * @throws IOException when it is not known to be stored
     */
    public abstract Committed commit() throws IOException;
  }

  /** What became of a message. */
  sealed interface Committed {
    /** It is durable. */
    record Stored(String id) implements Committed {}

    /** It is not wanted, and nothing remains. */
    record Refused(SmtpReply reply) implements Committed {}
  }
}
