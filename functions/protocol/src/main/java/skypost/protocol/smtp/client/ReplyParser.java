package skypost.protocol.smtp.client;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skypost.protocol.smtp.SmtpReply;

/** Puts a reply together from its lines (RFC 5321 section 4.2). One parser for each reply. */
final class ReplyParser {
  static final int MAX_LINE = 4096; // RFC 5321 section 4.5.3.1.5 says 512; many say more
  static final int MAX_LINES = 256;

  private static final Pattern LINE =
      Pattern.compile("([2-5][0-9]{2})(?:([ -])(.*))?", Pattern.DOTALL);
  private static final Pattern ENHANCED =
      Pattern.compile("([245])\\.([0-9]{1,3})\\.([0-9]{1,3})(?:[ \t]+|$)");

  private final List<String> lines = new ArrayList<>();
  private int code;
  private int subject = -1;
  private int detail = -1;

  /** A peer that does not speak SMTP. */
  static final class MalformedReply extends java.io.IOException {
    private static final long serialVersionUID = 1L;

    MalformedReply(String line) {
      super("malformed reply: " + line);
    }
  }

  /**
   * Takes the next line, without its end.
   *
   * @return the reply, when this was its last line
   */
  Optional<SmtpReply> line(String line) throws MalformedReply {
    Matcher matcher = LINE.matcher(line);
    if (!matcher.matches() || lines.size() == MAX_LINES) {
      throw new MalformedReply(line);
    }
    int lineCode = Integer.parseInt(matcher.group(1));
    if (!lines.isEmpty()
        && lineCode != code) { // RFC 5321 section 4.2.1: the same code on every line
      throw new MalformedReply(line);
    }
    code = lineCode;
    String text = matcher.group(3) == null ? "" : matcher.group(3);
    lines.add(withoutEnhancedCode(text));
    if ("-".equals(matcher.group(2))) {
      return Optional.empty();
    }
    return Optional.of(
        subject < 0
            ? new SmtpReply(code, -1, -1, lines)
            : new SmtpReply(code, subject, detail, lines));
  }

  private String withoutEnhancedCode(String text) {
    Matcher enhanced = ENHANCED.matcher(text);
    // RFC 2034 section 4: the class agrees with the code's first digit, else it is mere text
    if (!enhanced.lookingAt() || enhanced.group(1).charAt(0) - '0' != code / 100) {
      return text;
    }
    if (subject < 0) {
      subject = Integer.parseInt(enhanced.group(2));
      detail = Integer.parseInt(enhanced.group(3));
    }
    return text.substring(enhanced.end());
  }
}
