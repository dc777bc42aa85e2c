package skypost.protocol.mime;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import skypost.protocol.mime.EntityHeader.Malformed;
import skypost.protocol.mime.OpenMultiparts.Delimiter;

/**
 * Turns a message with binary parts (RFC 3030 section 3) into one of lines, so that it can go where
 * BINARYMIME cannot: a part whose Content-Transfer-Encoding is {@code binary} becomes
 * quoted-printable when it is text and base64 when it is not, whatever it is nested in; its field
 * is changed, and stands last in its header section then. Around parts, where no encoding is
 * allowed (RFC 2045 section 6.4), the field becomes {@code 8bit}. Everything else goes on octet for
 * octet.
 *
 * <p>No information is lost and nothing is encoded twice, as section 3 wants. What is signed is not
 * touched (RFC 1847 section 2.1), so such a message cannot be converted. Nor can one whose header
 * sections could be read in two ways. Whether what was not declared binary keeps to the rules of
 * lines is for the reader of the output to see.
 *
 * <p>Streams. Holds a line of a header section or a line that may be a delimiter, some fields and
 * boundaries, and no more than that, whatever comes.
 */
public final class BinaryMimeConverter {
  private static final int MAX_HEADER_LINE = 998; // RFC 5322 section 2.1.1, without its CRLF
  private static final int BLOCK = 8 * 1024;
  private static final String ENCODING = "Content-Transfer-Encoding: ";
  private static final byte[] CR = {'\r'};

  /** Takes the message of lines. */
  @FunctionalInterface
  public interface Output {
    void write(byte[] block, int offset, int length);
  }

  /** Where the next octet stands. */
  private enum At {
    /** In a header section. */
    HEADER,
    /** In what may be a delimiter. */
    LINE_START,
    /** In a line that is none. */
    LINE,
    /** Behind a CR. */
    CR
  }

  private final Output output;
  private final ByteArrayOutputStream out = new ByteArrayOutputStream(BLOCK);
  private final OpenMultiparts multiparts = new OpenMultiparts();
  private final byte[] held = new byte[MAX_HEADER_LINE + 2];
  private int length;
  private At at = At.HEADER;
  private EntityHeader header = new EntityHeader();
  private boolean ofPart; // whether the header section is a part's, and not a message's
  private ContentEncoder encoder = new ContentEncoder.AsItIs();
  private boolean lineEnded; // a CRLF was read, which is the content's or the next delimiter's
  private Optional<String> fault = Optional.empty();

  /** A converter for one message. */
  public BinaryMimeConverter(Output output) {
    this.output = output;
  }

  /** Why the message cannot be converted; what was written is worth nothing then. */
  public Optional<String> fault() {
    return fault;
  }

  /** Takes what comes next. */
  public void write(byte[] block, int offset, int count) {
    int end = offset + count;
    try {
      for (int i = offset; i < end && fault.isEmpty(); ) {
        if (at == At.LINE) {
          int from = i;
          while (i < end && block[i] != '\r') {
            i++;
          }
          encoder.write(block, from, i, out);
          if (i < end) {
            at = At.CR;
            i++;
          }
        } else {
          take(block[i++]);
        }
        flushWhenFull();
      }
    } catch (Malformed malformed) {
      fault = Optional.of(malformed.getMessage());
    }
    flush();
  }

  private void take(byte octet) throws Malformed {
    switch (at) {
      case HEADER -> takeOfHeader(octet);
      case LINE_START -> takeOfLineStart(octet);
      case CR -> takeBehindCr(octet);
      case LINE -> throw new IllegalStateException("lines are taken as a whole");
    }
  }

  /** The message is over. */
  public void end() {
    try {
      if (fault.isEmpty()) {
        switch (at) {
          case HEADER -> endInHeader();
          case LINE_START -> endAtLineStart();
          case CR -> encoder.write(CR, 0, 1, out);
          case LINE -> {}
        }
        endContent();
      }
    } catch (Malformed malformed) {
      fault = Optional.of(malformed.getMessage());
    }
    flush();
  }

  private void endInHeader() throws Malformed {
    if (length > 0) {
      throw new Malformed("the message ends within a line of a header section");
    }
    endHeader();
  }

  private void endAtLineStart() throws Malformed {
    Delimiter delimiter = multiparts.take(held, length);
    if (delimiter == Delimiter.NONE) {
      release();
      if (at == At.CR) {
        encoder.write(CR, 0, 1, out);
      }
    } else {
      delimit(delimiter);
      out.write(held, 0, length); // as it came, without a line end
      encoder = new ContentEncoder.AsItIs();
    }
  }

  /** Nothing follows: a CRLF that was read belongs to the content. */
  private void endContent() {
    if (lineEnded) {
      encoder.lineEnd(out);
      lineEnded = false;
    }
    encoder.endLast(out);
  }

  // ---- header sections

  private void takeOfHeader(byte octet) throws Malformed {
    if (length == held.length) {
      throw new Malformed("a line of a header section longer than " + MAX_HEADER_LINE + " octets");
    }
    held[length++] = octet;
    boolean afterCr = length > 1 && held[length - 2] == '\r';
    if (octet != '\n' && !afterCr) {
      return;
    }
    if (octet != '\n' || !afterCr) {
      throw new Malformed("a bare CR or LF in a header section");
    }
    int count = length - 2;
    Delimiter delimiter = multiparts.take(held, count);
    if (delimiter != Delimiter.NONE) { // a part without so much as an empty line
      header.end(out);
      change(header.isBinary() ? Optional.of("8bit") : Optional.empty());
      delimit(delimiter);
      writeHeldLine(count);
    } else if (count == 0) {
      change(beginBody());
      writeHeldLine(0);
    } else {
      header.line(held, count, out);
      length = 0;
    }
  }

  private void writeHeldLine(int count) {
    out.write(held, 0, count);
    out.write('\r');
    out.write('\n');
    length = 0;
  }

  /** A part or message that is over with its header section. */
  private void endHeader() throws Malformed {
    change(beginBody());
    encoder = new ContentEncoder.AsItIs(); // there is no content
  }

  private void change(Optional<String> encoding) {
    encoding.ifPresent(
        name -> out.writeBytes((ENCODING + name + "\r\n").getBytes(StandardCharsets.US_ASCII)));
  }

  /** What kind of content begins. @return its encoding where that has to be changed */
  private Optional<String> beginBody() throws Malformed {
    header.end(out);
    boolean binary = header.isBinary();
    if (binary && multiparts.isSigned()) {
      throw new Malformed("a binary part is signed as it is");
    }
    String encoding = header.encoding();
    boolean plain = binary || encoding.isEmpty() || encoding.matches("7bit|8bit");
    String type =
        header.type().orElse(ofPart && multiparts.isDigest() ? "message/rfc822" : "text/plain");
    at = At.LINE_START;
    encoder = new ContentEncoder.AsItIs();
    lineEnded = false;
    if (type.startsWith("multipart/") && plain) {
      beginMultipart(type);
      return binary ? Optional.of("8bit") : Optional.empty();
    }
    if (type.matches("message/(rfc822|global)") && plain) {
      deeper();
      header = new EntityHeader();
      ofPart = false;
      at = At.HEADER;
      return binary ? Optional.of("8bit") : Optional.empty();
    }
    if (!binary) {
      return Optional.empty();
    }
    if (type.startsWith("message/")) {
      return Optional.of("8bit"); // RFC 2045 section 6.4: no other encoding is allowed there
    }
    if (type.startsWith("text/")) {
      encoder = new ContentEncoder.Quoted();
      return Optional.of("quoted-printable");
    }
    encoder = new ContentEncoder.Coded();
    return Optional.of("base64");
  }

  private void beginMultipart(String type) throws Malformed {
    Optional<String> boundary = header.boundary().filter(text -> !text.isEmpty());
    if (boundary.isEmpty() || boundary.get().length() > OpenMultiparts.MAX_BOUNDARY) {
      throw new Malformed("a multipart without a boundary, or with one that is too long");
    }
    deeper();
    multiparts.push(boundary.get(), type);
  }

  private void deeper() throws Malformed {
    if (!multiparts.deeper()) {
      throw new Malformed("parts are nested too deep");
    }
  }

  // ---- content

  private void takeOfLineStart(byte octet) throws Malformed {
    held[length++] = octet;
    boolean afterCr = length > 1 && held[length - 2] == '\r';
    if (octet == '\n' && afterCr) {
      int count = length - 2;
      Delimiter delimiter = multiparts.take(held, count);
      if (delimiter != Delimiter.NONE) {
        delimit(delimiter);
        writeHeldLine(count);
        return;
      }
      content(count);
      lineEnded = true;
      length = 0;
    } else if (afterCr || !mayBeDelimiter(octet)) {
      release();
    }
  }

  private boolean mayBeDelimiter(byte octet) {
    return !multiparts.isEmpty()
        && length <= OpenMultiparts.MAX_DELIMITER
        && (length > 2 || octet == '-');
  }

  /** What was held is no delimiter. */
  private void release() {
    boolean cr = length > 0 && held[length - 1] == '\r';
    if (length > 0) {
      content(cr ? length - 1 : length);
    }
    at = cr ? At.CR : At.LINE;
    length = 0;
  }

  /** Gives the encoder the CRLF before what is held, and that. */
  private void content(int count) {
    if (lineEnded) {
      encoder.lineEnd(out);
      lineEnded = false;
    }
    encoder.write(held, 0, count, out);
  }

  private void takeBehindCr(byte octet) {
    if (octet == '\n') {
      lineEnded = true;
      at = At.LINE_START;
      length = 0;
      return;
    }
    encoder.write(CR, 0, 1, out);
    if (octet != '\r') {
      encoder.write(new byte[] {octet}, 0, 1, out);
      at = At.LINE;
    }
  }

  /** A part is over; the CRLF before the delimiter is the delimiter's (RFC 2046 section 5.1.1). */
  private void delimit(Delimiter delimiter) {
    encoder.end(out);
    if (lineEnded) {
      out.write('\r');
      out.write('\n');
      lineEnded = false;
    }
    encoder = new ContentEncoder.AsItIs();
    header = new EntityHeader();
    ofPart = true;
    at = delimiter == Delimiter.PART ? At.HEADER : At.LINE_START;
  }

  private void flushWhenFull() {
    if (out.size() >= BLOCK) {
      flush();
    }
  }

  private void flush() {
    if (out.size() > 0 && fault.isEmpty()) {
      output.write(out.toByteArray(), 0, out.size());
    }
    out.reset();
  }
}
