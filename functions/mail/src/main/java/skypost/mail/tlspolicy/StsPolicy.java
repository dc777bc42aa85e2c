package skypost.mail.tlspolicy;

import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An MTA-STS policy (RFC 8461 section 3.2).
 *
 * @param mode what it asks of senders
 * @param mx patterns of its servers' names, in lower case
 * @param maxAge how long it may be kept, from when it was fetched
 */
public record StsPolicy(Mode mode, List<String> mx, Duration maxAge) {
  /** RFC 8461 section 3.2: about a year. */
  private static final long MAX_AGE = 31_557_600;

  private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9])?");

  public StsPolicy {
    mx = List.copyOf(mx);
  }

  /** What a policy asks of senders. */
  public enum Mode {
    /** A server that does not comply gets no mail. */
    ENFORCE,
    /** It gets it, and is reported. */
    TESTING,
    /** There is no policy any more. */
    NONE
  }

  /** Reads a policy file; empty when it is none. */
  public static Optional<StsPolicy> parse(String file) {
    Map<String, String> fields = new HashMap<>();
    List<String> mx = new ArrayList<>();
    for (String line : file.split("\r?\n")) {
      if (line.isBlank()) {
        continue;
      }
      int colon = line.indexOf(':');
      if (colon < 1) {
        return Optional.empty();
      }
      String name = line.substring(0, colon).strip();
      String value = line.substring(colon + 1).strip();
      if (name.equals("mx")) {
        mx.add(value.toLowerCase(Locale.ROOT));
      } else {
        fields.putIfAbsent(name, value); // RFC 8461 section 3.2: of repeated ones the first counts
      }
    }
    return of(fields, mx);
  }

  private static Optional<StsPolicy> of(Map<String, String> fields, List<String> mx) {
    Optional<Mode> mode = mode(fields.getOrDefault("mode", ""));
    String age = fields.getOrDefault("max_age", "");
    if (!"STSv1".equals(fields.get("version"))
        || mode.isEmpty()
        || !age.matches("[0-9]{1,10}")
        || !mx.stream().allMatch(StsPolicy::isPattern)
        || (mx.isEmpty() && mode.get() != Mode.NONE)) {
      return Optional.empty();
    }
    long seconds = Math.min(MAX_AGE, Long.parseLong(age));
    return Optional.of(new StsPolicy(mode.get(), mx, Duration.ofSeconds(seconds)));
  }

  private static Optional<Mode> mode(String text) {
    return switch (text) {
      case "enforce" -> Optional.of(Mode.ENFORCE);
      case "testing" -> Optional.of(Mode.TESTING);
      case "none" -> Optional.of(Mode.NONE);
      default -> Optional.empty();
    };
  }

  private static boolean isPattern(String pattern) {
    String domain = pattern.startsWith("*.") ? pattern.substring(2) : pattern;
    return domain.length() <= 253
        && List.of(domain.split("\\.", -1)).stream()
            .allMatch(label -> LABEL.matcher(label).matches());
  }

  /**
   * Whether a server is one of the policy's.
   *
   * @param host its name in the MX record, in lower case, with A-labels
   */
  public boolean names(String host) {
    return mx.stream().anyMatch(pattern -> matches(pattern, host));
  }

  private static boolean matches(String pattern, String host) {
    if (!pattern.startsWith("*.")) {
      return pattern.equals(host);
    }
    int dot = host.indexOf('.'); // RFC 8461 section 4.1: the wildcard is one label, the leftmost
    return dot > 0 && host.substring(dot).equals(pattern.substring(1));
  }

  /** The policy as a file, as {@link #parse} reads it. */
  public String file() {
    StringBuilder file = new StringBuilder("version: STSv1\nmode: ");
    file.append(mode.name().toLowerCase(Locale.ROOT)).append('\n');
    mx.forEach(pattern -> file.append("mx: ").append(pattern).append('\n'));
    return file.append("max_age: ").append(maxAge.toSeconds()).append('\n').toString();
  }
}
