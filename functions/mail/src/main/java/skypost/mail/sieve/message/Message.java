package skypost.mail.sieve.message;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.util.Arrays;
import skypost.mail.message.MessageSource;

/**
 * A message with the header section as a script has made it, and the body as it came.
 *
 * @param header its fields
 * @param source the message as it came
 * @param bodyOffset where in it the empty line behind the header section begins
 * @param edited whether the header section has been changed
 */
public record Message(Header header, MessageSource source, long bodyOffset, boolean edited) {
  /** Octets of a header section that are looked at; what is behind them counts as body. */
  static final int MAX_HEADER = 256 * 1024;

  /** Reads the header section. */
  public static Message read(MessageSource source) throws IOException {
    try (InputStream in = source.open()) {
      byte[] beginning = in.readNBytes(MAX_HEADER);
      int end = headerEnd(beginning);
      return new Message(Header.parse(Arrays.copyOf(beginning, end)), source, end, false);
    }
  }

  private static int headerEnd(byte[] octets) {
    int lineStart = 0;
    for (int i = 0; i < octets.length; i++) {
      if (octets[i] == '\n') {
        boolean empty = i == lineStart || (i == lineStart + 1 && octets[lineStart] == '\r');
        if (empty) {
          return lineStart;
        }
        lineStart = i + 1;
      }
    }
    // Without an empty line all is header; a line that the limit cuts goes with the body
    return octets.length < MAX_HEADER || lineStart == 0 ? octets.length : lineStart;
  }

  /** The same with another header section. */
  public Message with(Header changed) {
    return new Message(changed, source, bodyOffset, true);
  }

  /** How many octets it has now. */
  public long size() {
    return edited ? header.octets().length + source.size() - bodyOffset : source.size();
  }

  /** RFC 5173 section 4: without an empty line there is no body, not even an empty one. */
  boolean hasBody() {
    return bodyOffset < source.size();
  }

  /** All its octets as they are now; the caller closes it. */
  public InputStream open() throws IOException {
    InputStream whole = source.open();
    if (!edited) {
      return whole;
    }
    whole.skipNBytes(bodyOffset);
    return new SequenceInputStream(new ByteArrayInputStream(header.octets()), whole);
  }

  /** All its octets; for a message that is known to be small. */
  public byte[] octets() throws IOException {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    try (InputStream in = open()) {
      in.transferTo(octets);
    }
    return octets.toByteArray();
  }
}
