package skypost.mail.bounce;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import skypost.mail.message.HeaderBlock;

/**
 * What of a message goes back with the report on it.
 *
 * @param headers its header block
 * @param message all of it, where the sender wants it (RFC 3461 section 4.3), of bounded size and
 *     in 7 bits: nothing may be re-encoded within a message/rfc822 (RFC 2046 section 5.2.1)
 */
record Returned(byte[] headers, Optional<byte[]> message) {
  private static final int MAX_LINE = 998; // RFC 5322 section 2.1.1

  /** RFC 3461 section 4.3: RET is about reports of failure; all others bear the headers. */
  static Returned of(Bounces.Original original, List<Reported> noticed) throws IOException {
    boolean isWanted =
        Bounces.wantsMessage(original.envelope())
            && noticed.stream().anyMatch(FailedRecipient.class::isInstance);
    if (!isWanted) {
      return new Returned(HeaderBlock.read(original.content()), Optional.empty());
    }
    byte[] octets = original.content().readNBytes(Bounces.MAX_RETURNED + 1);
    byte[] headers = HeaderBlock.read(new ByteArrayInputStream(octets));
    boolean fits = octets.length <= Bounces.MAX_RETURNED && isSevenBit(octets);
    return new Returned(headers, fits ? Optional.of(octets) : Optional.empty());
  }

  /** RFC 2045 section 2.7. */
  private static boolean isSevenBit(byte[] octets) {
    int line = 0;
    for (byte octet : octets) {
      line = octet == '\n' ? 0 : line + 1;
      if (octet <= 0 || line > MAX_LINE + 1) { // with its CR
        return false;
      }
    }
    return true;
  }
}
