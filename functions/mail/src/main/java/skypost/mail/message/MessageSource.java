package skypost.mail.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Where the octets of a message come from; they may be asked for more than once. */
public interface MessageSource {
  /** Octets of the whole message. */
  long size();

  /** The message from its first octet; the caller closes it. */
  InputStream open() throws IOException;

  /** A message in memory. */
  static MessageSource of(byte[] octets) {
    return new MessageSource() {
      @Override
      public long size() {
        return octets.length;
      }

      @Override
      public InputStream open() {
        return new ByteArrayInputStream(octets);
      }
    };
  }
}
