package skypost.mail.tlspolicy;

import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Reads the TXT record that announces an MTA-STS policy (RFC 8461 section 3.1). */
public final class StsRecord {
  private static final String DELIMITER = "[ \\t]*;[ \\t]*";
  private static final String FIELD =
      "(?:id[ \\t]*=[ \\t]*(?<id>[A-Za-z0-9]{1,32})"
          + "|(?!id[ \\t]*=)[A-Za-z0-9][A-Za-z0-9_.-]{0,31}[ \\t]*=[ \\t]*[!-:<>-~]+)";
  private static final Pattern VERSION = Pattern.compile("v[ \\t]*=[ \\t]*STSv1(?=[ \\t]*;).*");
  private static final Pattern NEXT = Pattern.compile(DELIMITER + FIELD);
  private static final Pattern START = Pattern.compile("v[ \\t]*=[ \\t]*STSv1");
  private static final Pattern END = Pattern.compile("[ \\t]*;?[ \\t]*");

  private StsRecord() {}

  /** The name that has it. */
  public static String name(String domain) {
    return "_mta-sts." + domain;
  }

  /**
   * The policy's id.
   *
   * @param texts the TXT records, each with its strings joined
   * @return empty when there is no policy: no record of this version, several, or a malformed one
   */
  public static Optional<String> id(List<String> texts) {
    List<String> records = texts.stream().filter(text -> VERSION.matcher(text).matches()).toList();
    return records.size() == 1 ? parse(records.getFirst()) : Optional.empty();
  }

  private static Optional<String> parse(String record) {
    Matcher start = START.matcher(record);
    start.lookingAt();
    int position = start.end();
    Optional<String> id = Optional.empty();
    Matcher next = NEXT.matcher(record);
    while (next.region(position, record.length()).lookingAt()) {
      if (id.isEmpty()) {
        id = Optional.ofNullable(next.group("id"));
      }
      position = next.end();
    }
    return END.matcher(record).region(position, record.length()).matches() ? id : Optional.empty();
  }
}
