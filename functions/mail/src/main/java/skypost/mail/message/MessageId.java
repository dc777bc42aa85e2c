package skypost.mail.message;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Skypost's id of one accepted message: 20 characters of lower-case Crockford base32, ten of
 * milliseconds since the epoch and ten of chance (50 bits). Ids sort as text in the order of
 * acceptance, which the mailbox and the sweeper rely on.
 *
 * <p>It is not the Message-ID header: that one is the sender's and may come twice.
 */
public record MessageId(String value) implements Comparable<MessageId> {
  private static final String DIGITS = "0123456789abcdefghjkmnpqrstvwxyz";
  private static final int TIME_DIGITS = 10;
  private static final int LENGTH = 20;
  private static final int NUMBER_BITS = 26;
  private static final long CHANCE_MASK = (1L << 50) - 1;

  public MessageId {
    if (!isWellFormed(value)) {
      throw new IllegalArgumentException("not a message id: " + value);
    }
  }

  /** A new id for a message accepted at {@code at}. */
  public static MessageId at(Instant at, RandomGenerator random) {
    return of(at.toEpochMilli(), random.nextLong());
  }

  /** The least id of all messages accepted at {@code at} or later. */
  public static MessageId first(Instant at) {
    return of(at.toEpochMilli(), 0);
  }

  /**
   * Always the same id for the same time and cause: a step that is repeated makes no second
   * message.
   */
  public static MessageId derived(Instant at, String cause) {
    return of(at.toEpochMilli(), digest(cause));
  }

  private static long digest(String cause) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256").digest(cause.getBytes(StandardCharsets.UTF_8));
      return java.nio.ByteBuffer.wrap(digest).getLong();
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-256
    }
  }

  /**
   * The id of one of many messages that come of one cause: always the same for the same time, cause
   * and number, and in the order of the numbers. 24 of its bits are the cause's, 26 the number's.
   */
  public static MessageId numbered(Instant at, String cause, long number) {
    return of(at.toEpochMilli(), digest(cause) << NUMBER_BITS | number & (1L << NUMBER_BITS) - 1);
  }

  /** Reads an id that came from outside, such as from a URL. */
  public static Optional<MessageId> parse(String text) {
    return isWellFormed(text) ? Optional.of(new MessageId(text)) : Optional.empty();
  }

  private static MessageId of(long millis, long chance) {
    char[] text = new char[LENGTH];
    encode(text, 0, millis);
    encode(text, TIME_DIGITS, chance & CHANCE_MASK);
    return new MessageId(new String(text));
  }

  private static void encode(char[] text, int from, long number) {
    for (int i = TIME_DIGITS - 1; i >= 0; i--) {
      text[from + i] = DIGITS.charAt((int) (number & 31));
      number >>>= 5;
    }
  }

  private static boolean isWellFormed(String text) {
    return text.length() == LENGTH && text.chars().allMatch(c -> DIGITS.indexOf(c) >= 0);
  }

  /** When the message was accepted, to the millisecond. */
  public Instant acceptedAt() {
    long millis = 0;
    for (int i = 0; i < TIME_DIGITS; i++) {
      millis = millis << 5 | DIGITS.indexOf(value.charAt(i));
    }
    return Instant.ofEpochMilli(millis);
  }

  @Override
  public int compareTo(MessageId other) {
    return value.compareTo(other.value);
  }

  @Override
  public String toString() {
    return value;
  }
}
