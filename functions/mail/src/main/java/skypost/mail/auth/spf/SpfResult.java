package skypost.mail.auth.spf;

/** What came of a check (RFC 7208 section 2.6). */
public sealed interface SpfResult {
  /** The client may send for the domain. */
  record Pass() implements SpfResult {}

  /**
   * It may not.
   *
   * @param explanation the domain's own words, printable ASCII; empty when it has none. Whoever
   *     shows it says that it is not his (RFC 7208 section 6.2).
   */
  record Fail(String explanation) implements SpfResult {}

  /** It probably may not. */
  record SoftFail() implements SpfResult {}

  /** The domain says nothing about it. */
  record Neutral() implements SpfResult {}

  /** There is no domain, or it has no record. */
  record None(String reason) implements SpfResult {}

  /** It cannot be told now. */
  record TempError(String reason) implements SpfResult {}

  /** The domain's records are wrong. */
  record PermError(String reason) implements SpfResult {}

  /** As Authentication-Results names it (RFC 8601 section 2.7.2). */
  default String code() {
    return switch (this) {
      case Pass() -> "pass";
      case Fail ignored -> "fail";
      case SoftFail() -> "softfail";
      case Neutral() -> "neutral";
      case None ignored -> "none";
      case TempError ignored -> "temperror";
      case PermError ignored -> "permerror";
    };
  }
}
