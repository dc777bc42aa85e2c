package skypost.mail.send;

import java.time.Duration;
import java.time.Instant;

/**
 * How the time of an invocation is divided, so that it can end what it begins. Whoever hangs up
 * between a message's last octet and the server's answer does not know whether it was taken, and
 * sends it twice (RFC 1047); so the end of a message is sent only while the server can have all the
 * time for its answer, and an attempt is begun only while it can come so far. Pure.
 *
 * <pre>
 *   begun             beginBy       contentBy              over      killed
 *     |-- attempts begin --|-- content --|-- last replies --|- recording -|
 * </pre>
 *
 * @param begun when the invocation began
 * @param over when every server must have answered
 * @param finalReply how long a server may take to answer the end of a message
 * @param least what an attempt must have left before the end of its message
 */
public record InvocationTime(Instant begun, Instant over, Duration finalReply, Duration least) {
  /** RFC 5321 section 4.5.3.2.6. */
  static final Duration FINAL_REPLY = Duration.ofMinutes(10);

  /** An invocation with less than this, after recording, begins nothing. */
  static final Duration SHORTEST = Duration.ofMinutes(1);

  /** For recording what attempts came to, and for counts and connections to be closed. */
  private static final Duration RECORDING = Duration.ofSeconds(10);

  private static final Duration LEAST = Duration.ofMinutes(1);

  /** Of an invocation that is shorter than AWS's longest, last replies may take so much. */
  private static final int PERCENT = 70;

  /**
   * The time of an invocation that begins now.
   *
   * @param remaining until it is killed
   */
  public static InvocationTime of(Instant now, Duration remaining) {
    Duration length = remaining.minus(RECORDING);
    if (length.compareTo(SHORTEST) < 0) {
      return new InvocationTime(now, now.plus(length), Duration.ZERO, SHORTEST);
    }
    Duration finalReply = shorter(FINAL_REPLY, length.multipliedBy(PERCENT).dividedBy(100));
    Duration least = shorter(LEAST, length.minus(finalReply).dividedBy(2));
    return new InvocationTime(now, now.plus(length), finalReply, least);
  }

  /** When the last attempt may begin. */
  Instant beginBy() {
    return contentBy().minus(least);
  }

  /** When the end of every message must be out. */
  Instant contentBy() {
    return over.minus(finalReply);
  }

  /** Whether an attempt may begin. */
  boolean mayBegin(Instant now) {
    return !now.isAfter(beginBy());
  }

  /**
   * Whether it could ever have begun anything. One that could not is no use to be woken again for:
   * the function's timeout is set wrong.
   */
  boolean isOfUse() {
    return mayBegin(begun);
  }

  /** What an attempt that begins now may take. */
  Courier.Patience left(Instant now) {
    return new Courier.Patience(Duration.between(now, over), finalReply, least);
  }

  private static Duration shorter(Duration one, Duration other) {
    return one.compareTo(other) <= 0 ? one : other;
  }
}
