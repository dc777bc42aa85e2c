package skypost.pop3;

import java.io.IOException;
import java.io.InputStream;
import skypost.mail.message.MessageId;
import skypost.protocol.io.BlockInputStream;
import skypost.protocol.log.EventLog;

/** A message as RETR sends it, while a session keeps its lease. */
final class DeliveredMessage extends BlockInputStream {
  private final MessageId id;
  private final InputStream content;
  private final Runnable progress;

  /**
   * @param content with the headers of final delivery; closed with this stream
   * @param progress called now and then while the message is read
   */
  DeliveredMessage(MessageId id, InputStream content, Runnable progress) {
    this.id = id;
    this.content = content;
    this.progress = progress;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    progress.run();
    try {
      return content.read(target, offset, length);
    } catch (IOException fault) {
      // not to be mistaken for the client's hanging up, which nobody has to know of
      throw new IOException("message " + id + " broke off", fault);
    }
  }

  /** Never throws: whatever closing meets, the client has all that could be read. */
  @Override
  public void close() {
    try {
      content.close();
    } catch (IOException fault) {
      EventLog.warn("body-close").with("id", id).cause(fault).write();
    }
  }
}
