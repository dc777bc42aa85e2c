package skypost.protocol.smtp;

import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * An SMTP reply (RFC 5321 section 4.2) with the subject and detail of its enhanced status code (RFC
 * 2034, RFC 3463).
 *
 * @param code 200 to 599
 * @param subject RFC 3463 section 3, or -1 when the reply bears no enhanced code (greeting, EHLO,
 *     354, 334)
 * @param detail RFC 3463 section 3, meaningless when {@code subject} is -1
 * @param lines at least one, without code and line end
 */
public record SmtpReply(int code, int subject, int detail, List<String> lines) {
  private static final int NONE = -1;

  public SmtpReply {
    if (code < 200 || code > 599 || lines.isEmpty()) {
      throw new IllegalArgumentException("not a reply: " + code + " " + lines);
    }
    lines = List.copyOf(lines);
  }

  /**
   * A reply with an enhanced status code: {@code of(550, 1, 1, "no such user")} is {@code 550 5.1.1
   * no such user}.
   */
  public static SmtpReply of(int code, int subject, int detail, String... lines) {
    return new SmtpReply(code, subject, detail, Arrays.asList(lines));
  }

  /** A reply that bears no enhanced status code. */
  public static SmtpReply plain(int code, String... lines) {
    return new SmtpReply(code, NONE, NONE, Arrays.asList(lines));
  }

  /**
   * {@code 5.1.1}; empty when there is none. The class is the code's first digit, by definition.
   */
  public String enhanced() {
    return subject == NONE ? "" : code / 100 + "." + subject + "." + detail;
  }

  /** 2yz and 3yz. */
  public boolean isPositive() {
    return code < 400;
  }

  /** 4yz: the same may work later (RFC 5321 section 4.2.1). */
  public boolean isTransient() {
    return code >= 400 && code < 500;
  }

  /** 5yz: the same will not work again. */
  public boolean isPermanent() {
    return code >= 500;
  }

  /**
   * As on the wire, every line with CRLF; the enhanced code repeats on each (RFC 2034 section 4).
   */
  public String toWire() {
    String prefix = subject == NONE ? "" : enhanced() + " ";
    StringBuilder wire = new StringBuilder();
    for (int i = 0; i < lines.size(); i++) {
      wire.append(code)
          .append(i == lines.size() - 1 ? ' ' : '-')
          .append(prefix)
          .append(lines.get(i))
          .append("\r\n");
    }
    return wire.toString();
  }

  /** On one line, for logs, traces and bounces. */
  @Override
  public String toString() {
    String prefix = subject == NONE ? "" : enhanced() + " ";
    return code + " " + prefix + lines.stream().collect(Collectors.joining(" "));
  }
}
