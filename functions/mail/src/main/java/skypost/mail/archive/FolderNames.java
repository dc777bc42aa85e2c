package skypost.mail.archive;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Folder names as Maildir++ writes them: {@code .Work.Projects} for {@code Work/Projects}, in the
 * modified UTF-7 of IMAP (RFC 3501 section 5.1.3), with a dot or a backslash of the name itself as
 * {@code \2e} and {@code \5c} as Dovecot's listescape has it.
 */
public final class FolderNames {
  private static final int MAX_CHARACTERS = 200;

  private FolderNames() {}

  /** Whether a folder of an import may be called so. */
  public static boolean isValid(String name) {
    if (name.isEmpty() || name.length() > MAX_CHARACTERS) {
      return false;
    }
    if (name.chars().anyMatch(c -> c < ' ' || c == 127)) {
      return false;
    }
    for (String part : name.split("/", -1)) {
      if (part.isBlank() || !part.equals(part.strip()) || part.equals(".") || part.equals("..")) {
        return false;
      }
    }
    return true;
  }

  /** The directory's name, with the dot that it begins with. */
  static String toMaildir(String folder) {
    StringBuilder name = new StringBuilder();
    for (String part : folder.split("/", -1)) {
      String escaped = part.replace("\\", "\\5c").replace(".", "\\2e");
      name.append('.').append(ModifiedUtf7.encode(escaped));
    }
    return name.toString();
  }

  /** Reads a directory's name; empty when there is no sense in it. */
  static Optional<String> ofMaildir(String directory) {
    if (!directory.startsWith(".")) {
      return Optional.empty();
    }
    List<String> parts = new ArrayList<>();
    for (String part : directory.substring(1).split("\\.", -1)) {
      String decoded = ModifiedUtf7.decode(part).orElse(part); // others write UTF-8
      parts.add(
          decoded
              .replaceAll("\\\\2[eE]", ".")
              .replaceAll("\\\\2[fF]", "_")
              .replaceAll("\\\\5[cC]", "\\\\"));
    }
    return Optional.of(String.join("/", parts)).filter(FolderNames::isValid);
  }
}
