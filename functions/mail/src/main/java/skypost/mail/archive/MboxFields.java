package skypost.mail.archive;

import java.net.URLDecoder;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * Header fields in which mail programs keep what mbox has no place for. {@code Status}, {@code
 * X-Status} and {@code X-Keywords} are read and written by many; the folder is ours, and marks the
 * fields that we have put in, always the same four in the same order.
 *
 * @param folder where the message lay; empty when it does not say
 * @param flags IMAP flags
 * @param header the header block without these fields
 */
record MboxFields(Optional<String> folder, List<String> flags, List<String> header) {
  private static final String FOLDER = "X-Skypost-Folder";
  private static final String STATUS = "status";
  private static final String X_STATUS = "x-status";
  private static final String X_KEYWORDS = "x-keywords";

  /** What other programs keep in a message while it lies in an mbox; it is no part of it. */
  private static final Set<String> KEPT =
      Set.of(
          STATUS,
          X_STATUS,
          X_KEYWORDS,
          "x-uid",
          "x-imap",
          "x-imapbase",
          "x-mozilla-status",
          "x-mozilla-status2",
          "x-mozilla-keys");

  private static final int OURS = 4;
  private static final int MOZILLA_READ = 1;
  private static final int MOZILLA_REPLIED = 2;
  private static final int MOZILLA_MARKED = 4;
  private static final int MOZILLA_FORWARDED = 0x1000;

  /** The fields, lines ended by LF. */
  static String write(String folder, List<String> flags) {
    return FOLDER
        + ": "
        + URLEncoder.encode(folder, StandardCharsets.UTF_8)
        + "\nStatus: "
        + MailFlags.status(flags)
        + "\nX-Status: "
        + MailFlags.xStatus(flags)
        + "\nX-Keywords: "
        + String.join(" ", MailFlags.xKeywords(flags))
        + "\n";
  }

  /**
   * Takes them out of a header block.
   *
   * @param fields the fields, unfolded ones whole, each with its line end
   */
  static MboxFields read(List<String> fields) {
    boolean ours = !fields.isEmpty() && isFirst(fields.getFirst());
    List<String> flags = new ArrayList<>();
    List<String> rest = new ArrayList<>();
    for (int i = 0; i < fields.size(); i++) {
      // Behind our own fields the message begins, which may have a Status of its own
      if (ours ? i < OURS : KEPT.contains(name(fields.get(i)))) {
        addFlags(name(fields.get(i)), value(fields.get(i)), flags);
      } else {
        rest.add(fields.get(i));
      }
    }
    return new MboxFields(
        ours ? folder(value(fields.getFirst())) : Optional.empty(),
        flags.stream().distinct().toList(),
        rest);
  }

  /** Whether a field is the first of ours: what an export has put in goes on with the others. */
  static boolean isFirst(String field) {
    return name(field).equals(FOLDER.toLowerCase(Locale.ROOT));
  }

  private static Optional<String> folder(String value) {
    try {
      return Optional.of(URLDecoder.decode(value, StandardCharsets.UTF_8))
          .filter(FolderNames::isValid);
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  private static void addFlags(String name, String value, List<String> flags) {
    switch (name) {
      case STATUS -> {
        if (value.contains("R")) {
          flags.add(MailFlags.SEEN);
        }
      }
      case X_STATUS -> {
        for (char letter : value.toCharArray()) {
          MailFlags.ofXStatus(letter).ifPresent(flags::add);
        }
      }
      case X_KEYWORDS, "x-mozilla-keys" -> {
        for (String keyword : value.split("\\s+")) {
          if (MailFlags.isFlag(keyword)) {
            flags.add(keyword);
          }
        }
      }
      case "x-mozilla-status" -> addMozilla(value, flags);
      default -> {
        return; // nothing that we keep
      }
    }
  }

  private static void addMozilla(String value, List<String> flags) {
    if (!value.matches("[0-9A-Fa-f]{1,8}")) {
      return;
    }
    long bits = Long.parseLong(value, 16);
    add((bits & MOZILLA_READ) != 0, MailFlags.SEEN, flags);
    add((bits & MOZILLA_REPLIED) != 0, "\\Answered", flags);
    add((bits & MOZILLA_MARKED) != 0, "\\Flagged", flags);
    add((bits & MOZILLA_FORWARDED) != 0, "$Forwarded", flags);
  }

  private static void add(boolean isSet, String flag, List<String> flags) {
    if (isSet) {
      flags.add(flag);
    }
  }

  private static String name(String field) {
    int colon = field.indexOf(':');
    return colon < 0 ? "" : field.substring(0, colon).strip().toLowerCase(Locale.ROOT);
  }

  private static String value(String field) {
    return field.substring(field.indexOf(':') + 1).replaceAll("\r?\n[ \t]*", " ").strip();
  }
}
