package skypost.mail.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;

/** IMAP flags (RFC 3501 section 2.3.2) as the letters of Maildir and of mbox. */
final class MailFlags {
  static final String SEEN = "\\Seen";

  private static final Map<String, Character> MAILDIR =
      new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private static final Map<String, Character> X_STATUS =
      new TreeMap<>(String.CASE_INSENSITIVE_ORDER);
  private static final int LETTERS = 26;

  /** An atom, with a backslash before it for the system's own (RFC 3501 section 9). */
  private static final Pattern FLAG = Pattern.compile("\\\\?[!-~&&[^(){%*\"\\\\\\]]]{1,60}");

  static {
    MAILDIR.putAll(
        Map.of(
            "\\Draft",
            'D',
            "\\Flagged",
            'F',
            "$Forwarded",
            'P',
            "\\Answered",
            'R',
            SEEN,
            'S',
            "\\Deleted",
            'T'));
    X_STATUS.putAll(Map.of("\\Answered", 'A', "\\Flagged", 'F', "\\Draft", 'T', "\\Deleted", 'D'));
  }

  private MailFlags() {}

  /** Whether it can be a flag. */
  static boolean isFlag(String text) {
    return FLAG.matcher(text).matches();
  }

  /** The flags that need a letter of their own in a Maildir, in the order in which they come. */
  static List<String> keywords(List<String> flags) {
    return flags.stream()
        .filter(flag -> !MAILDIR.containsKey(flag))
        .distinct()
        .limit(LETTERS)
        .toList();
  }

  /** The letters behind {@code :2,} in alphabetical order. */
  static String maildir(List<String> flags, List<String> keywords) {
    StringBuilder letters = new StringBuilder();
    for (String flag : flags) {
      int keyword = keywords.indexOf(flag);
      if (MAILDIR.containsKey(flag)) {
        letters.append(MAILDIR.get(flag));
      } else if (keyword >= 0 && keyword < LETTERS) {
        letters.append((char) ('a' + keyword));
      }
    }
    return sorted(letters);
  }

  private static String sorted(CharSequence letters) {
    return letters
        .chars()
        .distinct()
        .sorted()
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** Reads the letters; those that nothing is known of are left out. */
  static List<String> ofMaildir(String letters, List<String> keywords) {
    List<String> flags = new ArrayList<>();
    for (char letter : letters.toCharArray()) {
      Optional<String> flag =
          letter >= 'a' && letter - 'a' < keywords.size()
              ? Optional.of(keywords.get(letter - 'a')).filter(MailFlags::isFlag)
              : of(letter, MAILDIR);
      flag.filter(each -> !flags.contains(each)).ifPresent(flags::add);
    }
    return flags;
  }

  /** The value of mbox's Status: {@code R} for one that was read; none is new to us. */
  static String status(List<String> flags) {
    return flags.stream().anyMatch(SEEN::equalsIgnoreCase) ? "RO" : "O";
  }

  static String xStatus(List<String> flags) {
    StringBuilder letters = new StringBuilder();
    flags.stream().filter(X_STATUS::containsKey).map(X_STATUS::get).forEach(letters::append);
    return sorted(letters);
  }

  /** The flags that have no letter in an mbox. */
  static List<String> xKeywords(List<String> flags) {
    return flags.stream()
        .filter(flag -> !X_STATUS.containsKey(flag) && !SEEN.equalsIgnoreCase(flag))
        .toList();
  }

  static Optional<String> ofXStatus(char letter) {
    return of(letter, X_STATUS);
  }

  private static Optional<String> of(char letter, Map<String, Character> letters) {
    return letters.entrySet().stream()
        .filter(entry -> entry.getValue() == letter)
        .map(Map.Entry::getKey)
        .findFirst();
  }
}
