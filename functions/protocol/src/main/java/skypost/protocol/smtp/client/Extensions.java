package skypost.protocol.smtp.client;

import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skypost.protocol.smtp.SmtpReply;

/** What a server offers in its reply to EHLO (RFC 5321 section 4.1.1.1). */
public final class Extensions {
  /** Of a server that knows only HELO. */
  public static final Extensions NONE = new Extensions(Map.of());

  private static final Pattern RCPTMAX =
      Pattern.compile("(?:^|\\s)RCPTMAX=(\\d{1,9})(?:\\s|$)", Pattern.CASE_INSENSITIVE);

  private final Map<String, String> parameters;

  private Extensions(Map<String, String> parameters) {
    this.parameters = parameters;
  }

  /** Reads the lines after the first; what is malformed is not offered. */
  static Extensions of(SmtpReply ehlo) {
    Map<String, String> parameters = new HashMap<>();
    for (String line : ehlo.lines().subList(1, ehlo.lines().size())) {
      String[] words = line.strip().split("[ =]", 2); // some old servers wrote AUTH=LOGIN
      if (!words[0].isEmpty()) {
        parameters.put(words[0].toUpperCase(Locale.ROOT), words.length > 1 ? words[1].strip() : "");
      }
    }
    return new Extensions(Map.copyOf(parameters));
  }

  /** Whether the keyword is offered. */
  public boolean offers(String keyword) {
    return parameters.containsKey(keyword);
  }

  /** What follows the keyword; empty when nothing does, or when it is not offered. */
  public String parameter(String keyword) {
    return parameters.getOrDefault(keyword, "");
  }

  /**
   * How many RCPTs a transaction may have (RFC 9422 section 4.2); no limit when none is told. A
   * server that names fewer than one is not believed.
   */
  public int maxRecipients() {
    Matcher matcher = RCPTMAX.matcher(parameter("LIMITS"));
    return matcher.find() ? Math.max(1, Integer.parseInt(matcher.group(1))) : Integer.MAX_VALUE;
  }

  /**
   * The largest message that is taken, in octets; empty when no limit is told (RFC 1870 section 4).
   */
  public OptionalLong maxSize() {
    String size = parameter("SIZE");
    if (!size.matches("\\d{1,18}")) {
      return OptionalLong.empty();
    }
    long octets = Long.parseLong(size);
    return octets == 0 ? OptionalLong.empty() : OptionalLong.of(octets);
  }
}
