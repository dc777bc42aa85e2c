package skypost.pop3;

import java.io.IOException;
import java.io.InputStream;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.protocol.log.EventLog;

/** A stored message with the headers of final delivery in front, as RETR sends it. */
final class DeliveredMessage extends InputStream {
  private final MessageId id;
  private final byte[] headers;
  private final StoredMessage stored;
  private final Runnable progress;
  private int headersSent;

  /**
   * @param stored closed with this stream
   * @param progress called now and then while the message is read
   */
  DeliveredMessage(MessageId id, byte[] headers, StoredMessage stored, Runnable progress) {
    this.id = id;
    this.headers = headers;
    this.stored = stored;
    this.progress = progress;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (headersSent < headers.length) {
      int count = Math.min(length, headers.length - headersSent);
      System.arraycopy(headers, headersSent, target, offset, count);
      headersSent += count;
      return count;
    }
    progress.run();
    try {
      return stored.content().read(target, offset, length);
    } catch (IOException fault) {
      // not to be mistaken for the client's hanging up, which nobody has to know of
      throw new IOException("message " + id + " broke off", fault);
    }
  }

  /** Never throws: whatever closing meets, the client has all that could be read. */
  @Override
  public void close() {
    try {
      stored.close();
    } catch (IOException fault) {
      EventLog.warn("body-close").with("id", id).cause(fault).write();
    }
  }
}
