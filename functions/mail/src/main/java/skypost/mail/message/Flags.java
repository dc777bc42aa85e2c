package skypost.mail.message;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/** Lists of IMAP flags (RFC 9051 section 2.3.2), whose case tells nothing. */
public final class Flags {
  /** The system flags that can be set (RFC 9051 section 2.3.2). */
  public static final List<String> SYSTEM =
      List.of("\\Answered", "\\Flagged", "\\Deleted", "\\Seen", "\\Draft");

  private Flags() {}

  /** The flags in strings, where several may stand in one; each once, the unknown left out. */
  public static List<String> of(List<String> strings) {
    Map<String, String> flags = new LinkedHashMap<>();
    for (String flag : split(strings)) {
      if (isFlag(flag)) {
        flags.putIfAbsent(flag.toLowerCase(Locale.ROOT), flag);
      }
    }
    return List.copyOf(flags.values());
  }

  /** All words of strings. */
  public static List<String> split(List<String> strings) {
    return strings.stream()
        .flatMap(string -> Arrays.stream(string.split("[ \t\r\n]+")))
        .filter(word -> !word.isEmpty())
        .toList();
  }

  /** As IMAP spells them: system flags in their usual case. */
  public static List<String> spelled(List<String> flags) {
    return flags.stream()
        .map(flag -> SYSTEM.stream().filter(flag::equalsIgnoreCase).findFirst().orElse(flag))
        .toList();
  }

  /** A list with more, each once. */
  public static List<String> added(List<String> flags, List<String> more) {
    List<String> all = new ArrayList<>(flags);
    all.addAll(more);
    return of(all);
  }

  /** A list without some. */
  public static List<String> removed(List<String> flags, List<String> gone) {
    return flags.stream().filter(flag -> gone.stream().noneMatch(flag::equalsIgnoreCase)).toList();
  }

  /** RFC 3501 section 9: a system flag that can be set, or an atom. */
  public static boolean isFlag(String text) {
    if (text.startsWith("\\")) {
      return SYSTEM.stream().anyMatch(text::equalsIgnoreCase);
    }
    return !text.isEmpty()
        && text.chars().allMatch(c -> c > ' ' && c < 127 && "(){%*\"\\]".indexOf(c) < 0);
  }
}
