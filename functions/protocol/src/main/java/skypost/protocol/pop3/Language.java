package skypost.protocol.pop3;

import java.util.Locale;
import java.util.Optional;

/** A language that replies come in (RFC 6856 section 3). */
enum Language {
  /** What everybody gets who asks for nothing; only ASCII (RFC 2277 section 4.5, i-default). */
  ENGLISH("en", "English"),
  /** In simplified characters, as UTF-8. */
  CHINESE("zh", "中文");

  /** RFC 2277 section 4.5: the name of what one gets without asking. */
  private static final String DEFAULT_TAG = "i-default";

  private final String tag;
  private final String description;

  Language(String tag, String description) {
    this.tag = tag;
    this.description = description;
  }

  /** The language tag (RFC 5646). */
  String tag() {
    return tag;
  }

  /** What it is called, in itself. */
  String description() {
    return description;
  }

  /**
   * The language of a range: its own tag or the longest beginning of it that we have (RFC 4647
   * section 3.4), so that {@code zh-CN} finds {@code zh}; {@code *} is the one we begin with.
   */
  static Optional<Language> of(String range) {
    String wanted = range.toLowerCase(Locale.ROOT);
    if (wanted.equals("*") || wanted.equals(DEFAULT_TAG)) {
      return Optional.of(ENGLISH);
    }
    for (; !wanted.isEmpty(); wanted = wanted.substring(0, Math.max(0, wanted.lastIndexOf('-')))) {
      for (Language language : values()) {
        if (language.tag.equals(wanted)) {
          return Optional.of(language);
        }
      }
    }
    return Optional.empty();
  }
}
