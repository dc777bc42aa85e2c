package skypost.mail.auth.dkim;

import java.io.ByteArrayOutputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import skypost.mail.auth.RawField;
import skypost.mail.auth.RawMessage;

/**
 * Takes a message as it leaves, octet by octet, and keeps what a signature needs of it: the header
 * section, and the hash of the body in its relaxed form. Memory does not grow with the body. For
 * one message.
 */
public final class SignableMessage extends OutputStream {
  /** Octets of a header section that is signed. */
  public static final int MAX_HEADER = 1024 * 1024;

  private final ByteArrayOutputStream header = new ByteArrayOutputStream(4096);
  private final BodyHash body = new BodyHash(Canonicalization.RELAXED, Long.MAX_VALUE);
  private boolean inBody;
  private boolean tooLarge;
  private int lineLength;
  private byte last;

  @Override
  public void write(int octet) {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] octets) {
    write(octets, 0, octets.length);
  }

  /**
   * Takes what comes next; every line ends with CRLF.
   *
   * <p>{@inheritDoc}
   */
  @Override
  public void write(byte[] octets, int offset, int count) {
    int end = offset + count;
    int at = offset;
    while (at < end && !inBody) {
      takeHeader(octets[at++]);
    }
    if (at < end && !tooLarge) {
      body.write(octets, at, end - at);
    }
  }

  private void takeHeader(byte octet) {
    if (octet == '\n' && last == '\r') {
      inBody = lineLength == 1; // RFC 5322 section 2.1: an empty line, here its CR, ends it
      lineLength = 0;
    } else {
      lineLength++;
    }
    last = octet;
    header.write(octet);
    if (header.size() > MAX_HEADER) {
      tooLarge = true;
      inBody = true;
    }
  }

  /** Whether it can be signed; its header section may be too large. */
  public boolean isSignable() {
    return !tooLarge;
  }

  /** What was taken, when all of it has been. */
  Taken end() {
    String text = header.toString(StandardCharsets.ISO_8859_1);
    String fields = inBody ? text.substring(0, text.length() - 2) : text;
    return new Taken(RawMessage.fields(fields), body.end().sha256());
  }

  /**
   * What there is to sign.
   *
   * @param fields of the header, in order
   * @param bodyHash SHA-256 of the relaxed body
   */
  record Taken(List<RawField> fields, byte[] bodyHash) {}
}
