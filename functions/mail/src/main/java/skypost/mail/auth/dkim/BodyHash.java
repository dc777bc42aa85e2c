package skypost.mail.auth.dkim;

import java.io.OutputStream;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * Hashes a body in one of its canonical forms (RFC 6376 sections 3.4.3, 3.4.4), as it is written.
 * Memory does not grow with the body.
 */
final class BodyHash extends OutputStream {
  private static final byte[] CRLF = {'\r', '\n'};

  private final boolean relaxed;
  private final long limit;
  private final MessageDigest digest = Digests.sha256();
  private final byte[] buffer = new byte[4096];
  private int buffered;
  private long length;
  private long heldLines; // ends of lines that count only when something follows
  private boolean heldBlank;
  private boolean heldReturn;

  /**
   * @param limit how many octets of the canonical form are hashed (l=)
   */
  BodyHash(Canonicalization form, long limit) {
    this.relaxed = form == Canonicalization.RELAXED;
    this.limit = limit;
  }

  @Override
  public void write(int octet) {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] octets, int offset, int count) {
    for (int i = offset; i < offset + count; i++) {
      next(octets[i]);
    }
  }

  private void next(byte octet) {
    if (heldReturn) {
      heldReturn = false;
      if (octet == '\n') {
        heldBlank = false; // relaxed: blanks at the end of a line go
        heldLines++;
        return;
      }
      content((byte) '\r'); // a bare CR is an octet like others
    }
    if (octet == '\r') {
      heldReturn = true;
    } else if (relaxed && (octet == ' ' || octet == '\t')) {
      heldBlank = true;
    } else {
      content(octet);
    }
  }

  private void content(byte octet) {
    for (; heldLines > 0; heldLines--) {
      emit(CRLF[0]);
      emit(CRLF[1]);
    }
    if (heldBlank) {
      emit((byte) ' ');
      heldBlank = false;
    }
    emit(octet);
  }

  private void emit(byte octet) {
    if (length++ < limit) {
      buffer[buffered++] = octet;
      if (buffered == buffer.length) {
        digest.update(buffer);
        buffered = 0;
      }
    }
  }

  /**
   * Ends the body.
   *
   * @param sha256 of the first octets of the canonical form
   * @param length octets of the whole canonical form
   */
  record Hashed(byte[] sha256, long length) {
    boolean is(byte[] other) {
      return Arrays.equals(sha256, other);
    }
  }

  Hashed end() {
    if (heldReturn) {
      content((byte) '\r');
    }
    if (length > 0 || !relaxed) { // simple: an empty body is one CRLF; relaxed: it is nothing
      emit(CRLF[0]);
      emit(CRLF[1]);
    }
    digest.update(buffer, 0, buffered);
    return new Hashed(digest.digest(), length);
  }
}
