package skypost.mail.message;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/**
 * What we found out about who sent a message, for its reader: the value of an
 * Authentication-Results field (RFC 8601). It is kept beside the message and put on top when
 * somebody reads or gets it, for a message is stored once and never changed. With it goes what RFC
 * 8601 section 5 demands: fields that claim to be from us are left out.
 *
 * @param value in one line of printable ASCII, beginning with who says it; empty: nothing is said,
 *     and nothing left out
 */
public record SenderResults(String value) {
  public SenderResults {
    if (value.chars().anyMatch(c -> c < ' ' || c > '~')) {
      throw new IllegalArgumentException("not printable: " + value);
    }
  }

  /** Nothing is known, as of mail that we have made ourselves. */
  public static final SenderResults NONE = new SenderResults("");

  private static final String NAME = "Authentication-Results: ";
  private static final String FOLD = ";\r\n\t";

  /** Characters of a value that others hand us: ours have some 900 at most. */
  private static final int MAX_READ = 2000;

  /**
   * RFC 8601 section 2.2: that we have checked nothing, which takes away what claims that we had.
   */
  public static SenderResults nothingChecked(String authservId) {
    return new SenderResults(authservId + "; none");
  }

  /** Reads what {@link #pack} made. */
  public static SenderResults unpack(String packed, Envelope envelope) {
    return packed.isEmpty() ? NONE : new SenderResults(new ResultsCode(envelope).decode(packed));
  }

  /**
   * Reads what {@link #field} made. Empty for anything else, and for what is too long to lie beside
   * a message: whoever hands it to us must not make a mailbox large.
   *
   * @param field octets as characters
   */
  public static Optional<SenderResults> ofField(String field) {
    if (!field.startsWith(NAME) || !field.endsWith("\r\n")) {
      return Optional.empty();
    }
    String value = field.substring(NAME.length(), field.length() - 2).replace(FOLD, "; ");
    boolean isOurs =
        value.length() <= MAX_READ
            && value.indexOf(';') > 0
            && value.chars().allMatch(c -> c >= ' ' && c <= '~');
    return isOurs ? Optional.of(new SenderResults(value)) : Optional.empty();
  }

  /**
   * In as few octets as can be, for it lies beside every message: text without tabs and line ends.
   *
   * @param envelope the message's, which is at hand whenever it is read
   */
  public String pack(Envelope envelope) {
    return new ResultsCode(envelope).encode(value);
  }

  public boolean isEmpty() {
    return value.isEmpty();
  }

  /** Who says it. */
  private String authservId() {
    return value.substring(0, value.indexOf(';'));
  }

  /** The field with its folds and its CRLF; nothing where nothing is said. */
  public byte[] field() {
    return isEmpty()
        ? new byte[0]
        : (NAME + value.replace("; ", FOLD) + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** The raw message without what claims to be ours; the field is not on top yet. */
  public InputStream purge(InputStream raw) {
    return isEmpty() ? raw : new WithoutClaims(raw, authservId());
  }

  /** The message as who gets it sees it. */
  public InputStream render(InputStream raw) {
    return isEmpty() ? raw : new SequenceInputStream(new ByteArrayInputStream(field()), purge(raw));
  }

  /** The same of a message that is read more than once. */
  public MessageSource render(MessageSource raw) throws IOException {
    if (isEmpty()) {
      return raw;
    }
    long size;
    try (InputStream header = raw.open()) {
      size = size(header, raw.size());
    }
    return new MessageSource() {
      @Override
      public long size() {
        return size;
      }

      @Override
      public InputStream open() throws IOException {
        return render(raw.open());
      }
    };
  }

  /**
   * Octets of the message as who gets it sees it.
   *
   * @param raw whose header section is read
   * @param rawSize its octets
   */
  public long size(InputStream raw, long rawSize) throws IOException {
    return isEmpty()
        ? rawSize
        : rawSize + field().length - new WithoutClaims(raw, authservId()).countDropped();
  }

  /** Whether the raw message has fields that claim to be from this host. */
  public static boolean isClaimed(InputStream raw, String authservId) throws IOException {
    return new WithoutClaims(raw, authservId).countDropped() > 0;
  }
}
