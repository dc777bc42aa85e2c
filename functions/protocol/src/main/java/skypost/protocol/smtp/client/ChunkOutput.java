package skypost.protocol.smtp.client;

import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import skypost.protocol.smtp.SmtpReply;

/**
 * Cuts content into BDAT commands (RFC 3030 section 2). A few go ahead of their replies where the
 * server lets commands be pipelined.
 */
final class ChunkOutput extends OutputStream {
  private static final int CHUNK = 256 * 1024; // octets
  private static final int WAITING = 4; // replies

  private final Session session;
  private final byte[] chunk = new byte[CHUNK];
  private int length;
  private int waiting;

  /** The server has had enough before the end. */
  static final class Refused extends IOException {
    private static final long serialVersionUID = 1L;
    private final transient SmtpReply reply;

    Refused(SmtpReply reply) {
      super(reply.toString());
      this.reply = reply;
    }

    SmtpReply reply() {
      return reply;
    }
  }

  ChunkOutput(Session session) {
    this.session = session;
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] octets, int from, int count) throws IOException {
    for (int done = 0; done < count; ) {
      if (length == CHUNK) {
        send("");
      }
      int part = Math.min(count - done, CHUNK - length);
      System.arraycopy(octets, from + done, chunk, length, part);
      length += part;
      done += part;
    }
  }

  /** Sends what is left; its reply is the only one that then is to come. */
  void last() throws IOException {
    send(" LAST");
    session.flushContent();
    while (waiting > 1) {
      take(session.timeouts().dataBlock());
    }
  }

  private void send(String last) throws IOException {
    int most = session.offers("PIPELINING") ? WAITING : 1;
    while (waiting >= most) {
      take(session.blockTime());
    }
    session.blockBegins();
    session.wire().command("BDAT " + length + last);
    session.wire().content().write(chunk, 0, length);
    length = 0;
    waiting++;
  }

  private void take(Duration timeout) throws IOException {
    SmtpReply reply = session.reply(timeout);
    waiting--;
    if (reply.code() / 100 != 2) {
      throw new Refused(reply);
    }
  }
}
