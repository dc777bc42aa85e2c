package skypost.local;

import java.nio.charset.StandardCharsets;

/**
 * Mail to be sent by the bench.
 *
 * @param messages how many, of one recipient each
 * @param size octets of each
 * @param destinations domains that they go to, in turns
 */
public record BenchMail(int messages, int size, int destinations) {
  private static final String HEADER =
      """
      From: sender@elsewhere.test\r
      To: user@bench.test\r
      Subject: bench\r
      Date: Wed, 25 Nov 2026 09:00:00 +0000\r
      Message-ID: <1@elsewhere.test>\r
      \r
      """;
  private static final String LINE = "x".repeat(76) + "\r\n";

  /** The recipient of a message. */
  public String recipient(int number) {
    return "user" + number + "@destination" + number % destinations + ".test";
  }

  /** The content of a message of that many octets. It wants no dot stuffing. */
  public static byte[] content(int size) {
    StringBuilder text = new StringBuilder(size).append(HEADER);
    while (text.length() + LINE.length() <= size) {
      text.append(LINE);
    }
    text.append("x".repeat(Math.max(0, size - text.length() - 2))).append("\r\n");
    return text.toString().getBytes(StandardCharsets.US_ASCII);
  }
}
