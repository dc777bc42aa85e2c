package skypost.protocol.smtp.client;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.Locale;
import java.util.Optional;
import skypost.protocol.mime.MimeFields;
import skypost.protocol.mime.QuotedPrintable;

/**
 * Turns 8-bit content into 7-bit content for a peer without 8BITMIME, as RFC 6152 section 3
 * demands: each part that is not encoded yet becomes quoted-printable, whatever it is nested in.
 * Streams, and holds one line.
 *
 * <p>A message without MIME becomes one of text in a charset that nobody knows (RFC 1428 section
 * 3). What is signed as 7-bit stays as it is (RFC 1847 section 2.1). Header fields are not touched:
 * octets above 127 there need SMTPUTF8, or came in against the rules. A DKIM signature that the
 * message came with does not survive; ours is made of what is written here.
 */
final class SevenBitWriter implements ContentWriter {
  private static final int MAX_LINE = 4096; // octets held; a longer line is dealt with in parts
  private static final String ENCODING = "Content-Transfer-Encoding: ";

  private enum At {
    HEADER,
    /** A part to be encoded. */
    LEAF,
    /** A part that is encoded already. */
    ENCODED,
    /** Around the parts of a multipart. */
    BETWEEN
  }

  private record Multipart(String boundary, boolean digest, boolean signed) {}

  private final DataWriter out;
  private final Deque<Multipart> open = new ArrayDeque<>(); // the innermost first
  private final byte[] line = new byte[MAX_LINE];
  private final ByteArrayOutputStream block = new ByteArrayOutputStream(MAX_LINE);
  private QuotedPrintable encoder = new QuotedPrintable();
  private MimeFields fields = new MimeFields();
  private At at = At.HEADER;
  private int length;
  private boolean lineStart = true; // whether what is held begins a line
  private boolean ofMessage = true; // whether the header is a message's, not a part's

  SevenBitWriter(DataWriter out) {
    this.out = out;
  }

  @Override
  public void write(byte[] octets, int count) throws IOException {
    for (int i = 0; i < count; i++) {
      line[length++] = octets[i];
      if (octets[i] == '\n') {
        boolean crlf = length > 1 && line[length - 2] == '\r';
        take(length - (crlf ? 2 : 1), true);
      } else if (length == MAX_LINE) {
        take(length, false);
      }
    }
    flush();
  }

  @Override
  public void end() throws IOException {
    if (length > 0) {
      take(length, true);
    }
    if (at == At.HEADER) {
      endHeader(); // no body: nothing to encode, but the withheld field is due
    }
    flush();
    out.end();
  }

  private void flush() throws IOException {
    out.write(block.toByteArray(), block.size());
    block.reset();
  }

  private void take(int count, boolean ended) throws IOException {
    boolean inHeader = at == At.HEADER;
    if (lineStart && ended && isDelimiter(count)) {
      if (inHeader) { // a part without so much as an empty line
        keepEncoding(fields.encoding());
      }
      fields = new MimeFields();
      ofMessage = false;
      copy(count, true);
    } else {
      switch (at) {
        case HEADER -> header(count, ended);
        case LEAF -> encoder.write(line, count, ended, block);
        case ENCODED, BETWEEN -> copy(count, ended);
      }
    }
    length = 0;
    lineStart = ended;
    if (block.size() > MAX_LINE) {
      flush();
    }
  }

  private void header(int count, boolean ended) {
    if (count == 0 && lineStart) {
      endHeader();
      copy(0, true);
    } else if (!lineStart || !fields.line(line, count)) {
      copy(count, ended);
    }
  }

  /** What kind of part begins; its encoding is told now. */
  private void endHeader() {
    // RFC 2046 section 5.1.5: parts of a digest are messages, and a message in there is text
    boolean digest = !ofMessage && !open.isEmpty() && open.peek().digest();
    String type = fields.hasType() ? fields.type() : digest ? "message/rfc822" : "text/plain";
    String encoding = fields.encoding().toLowerCase(Locale.ROOT);
    boolean signed = open.stream().anyMatch(Multipart::signed);
    boolean plain = encoding.isEmpty() || encoding.equals("8bit") || encoding.equals("binary");
    Optional<String> boundary =
        type.startsWith("multipart/") ? fields.boundary() : Optional.empty();
    boolean inside = false; // the part is a message, whose header comes now
    completeMime();
    if (boundary.isPresent()) {
      open.push(
          new Multipart(
              boundary.get(), type.equals("multipart/digest"), type.equals("multipart/signed")));
      at = At.BETWEEN;
      keepEncoding(plain && !encoding.isEmpty() ? "7bit" : fields.encoding());
    } else if (type.equals("message/rfc822") && (plain || encoding.equals("7bit"))) {
      at = At.HEADER;
      inside = true;
      keepEncoding(plain && !encoding.isEmpty() ? "7bit" : fields.encoding());
    } else if (plain && !(signed && encoding.isEmpty())) {
      at = At.LEAF;
      encoder = new QuotedPrintable();
      keepEncoding("quoted-printable");
    } else {
      at = At.ENCODED;
      keepEncoding(fields.encoding());
    }
    fields = new MimeFields();
    ofMessage = inside;
  }

  private void completeMime() {
    if (!ofMessage) {
      return;
    }
    if (!fields.hasVersion()) {
      copy("MIME-Version: 1.0");
    }
    if (!fields.hasType()) {
      copy("Content-Type: text/plain; charset=unknown-8bit");
    }
  }

  private void keepEncoding(String encoding) {
    if (!encoding.isEmpty()) {
      copy(ENCODING + encoding);
    }
  }

  /** RFC 2046 section 5.1.1; the delimiter of an outer multipart ends the inner ones too. */
  private boolean isDelimiter(int count) {
    if (count < 3 || line[0] != '-' || line[1] != '-' || open.isEmpty()) {
      return false;
    }
    String text = new String(line, 2, count - 2, StandardCharsets.ISO_8859_1).stripTrailing();
    for (Iterator<Multipart> each = open.iterator(); each.hasNext(); ) {
      Multipart multipart = each.next();
      boolean begins = text.equals(multipart.boundary());
      if (begins || text.equals(multipart.boundary() + "--")) {
        while (open.peek() != multipart) {
          open.pop();
        }
        if (!begins) {
          open.pop();
        }
        at = begins ? At.HEADER : At.BETWEEN;
        return true;
      }
    }
    return false;
  }

  private void copy(int count, boolean ended) {
    block.write(line, 0, count);
    if (ended) {
      block.write('\r');
      block.write('\n');
    }
  }

  private void copy(String text) {
    block.writeBytes((text + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
  }
}
