package skypost.protocol.log;

import java.io.PrintStream;
import java.time.Instant;

/**
 * Writes log lines of {@code key=value} pairs to the standard error stream, which CloudWatch Logs
 * takes in the cloud. Values come from peers: line ends and control characters are escaped, so that
 * nobody can forge a line.
 */
public final class EventLog {
  private static final int MAX_VALUE = 300; // a log line costs by its length
  private static volatile PrintStream out = System.err;

  private final StringBuilder line = new StringBuilder(160);

  private EventLog(String level, String event) {
    line.append("time=")
        .append(Instant.now())
        .append(" level=")
        .append(level)
        .append(" event=")
        .append(event);
  }

  /** Something was decided as designed. */
  public static EventLog info(String event) {
    return new EventLog("info", event);
  }

  /**
   * Something did not go as it should and is being dealt with: a retry, a refusal of our own
   * making.
   */
  public static EventLog warn(String event) {
    return new EventLog("warn", event);
  }

  /** Somebody has to look at this. */
  public static EventLog error(String event) {
    return new EventLog("error", event);
  }

  /** Adds a pair; {@code null} and empty values are left out. */
  public EventLog with(String key, Object value) {
    String text = value == null ? "" : value.toString();
    if (!text.isEmpty()) {
      line.append(' ').append(key).append('=');
      append(text.length() > MAX_VALUE ? text.substring(0, MAX_VALUE) + "…" : text);
    }
    return this;
  }

  /** Adds a fault with its cause, on the same line. */
  public EventLog cause(Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null && root.getCause() != root) {
      root = root.getCause();
    }
    with("fault", fault);
    return root == fault ? this : with("cause", root);
  }

  /** Writes the line. */
  public void write() {
    out.println(line);
  }

  /** Sends lines elsewhere, for tests and for the local system. */
  public static void to(PrintStream stream) {
    out = stream;
  }

  private void append(String text) {
    boolean bare =
        text.chars().allMatch(c -> c > 32 && c < 127 && c != '"' && c != '=' && c != '\\');
    if (bare) {
      line.append(text);
      return;
    }
    line.append('"');
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      switch (c) {
        case '"', '\\' -> line.append('\\').append(c);
        case '\r' -> line.append("\\r");
        case '\n' -> line.append("\\n");
        default -> {
          if (c < 32 || c == 127 || (c >= 0x80 && c < 0xa0)) {
            line.append(String.format("\\u%04x", (int) c));
          } else {
            line.append(c);
          }
        }
      }
    }
    line.append('"');
  }
}
