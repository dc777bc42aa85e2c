package skypost.mail.archive;

import java.util.Locale;
import java.util.Optional;

/** How a mailbox is written down. */
public enum ArchiveFormat {
  /** One file, each message behind a {@code From } line (RFC 4155). */
  MBOX("application/mbox", "mbox"),

  /** A tar of a Maildir with folders as Maildir++ has them. */
  MAILDIR("application/x-tar", "tar");

  private final String mediaType;
  private final String suffix;

  ArchiveFormat(String mediaType, String suffix) {
    this.mediaType = mediaType;
    this.suffix = suffix;
  }

  public String mediaType() {
    return mediaType;
  }

  /** What a file's name ends with, behind the dot. */
  public String suffix() {
    return suffix;
  }

  /** As the API spells it. */
  public String word() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** Reads what the API spells. */
  public static Optional<ArchiveFormat> parse(String word) {
    for (ArchiveFormat format : values()) {
      if (format.word().equals(word)) {
        return Optional.of(format);
      }
    }
    return Optional.empty();
  }
}
