package skypost.mail.archive;

import java.io.IOException;
import java.io.InputStream;

/** Ends every line by CRLF, whether it ended by LF or by CRLF. A CR in a line stays. */
public final class CrlfInputStream extends InputStream {
  private static final int BUFFER = 16 << 10;

  private final InputStream in;
  private final byte[] buffer = new byte[BUFFER];
  private int at;
  private int end;
  private int last = -1;
  private boolean owesLf;

  public CrlfInputStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    if (owesLf) {
      owesLf = false;
      last = '\n';
      return last;
    }
    if (at == end) {
      end = in.read(buffer, 0, BUFFER);
      at = 0;
      if (end < 0) {
        end = 0;
        return -1;
      }
    }
    int octet = buffer[at++] & 0xff;
    if (octet == '\n' && last != '\r') {
      owesLf = true;
      last = '\r';
      return last;
    }
    last = octet;
    return octet;
  }

  @Override
  public int read(byte[] octets, int from, int length) throws IOException {
    int count = 0;
    while (count < length) {
      if (count > 0 && at == end && !owesLf) {
        return count; // what is there, rather than waiting for more
      }
      int octet = read();
      if (octet < 0) {
        break;
      }
      octets[from + count++] = (byte) octet;
    }
    return count == 0 && length > 0 ? -1 : count;
  }
}
