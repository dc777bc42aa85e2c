package skypost.mail.auth.dkim;

/** What came of one signature (RFC 8601 section 2.7.1). */
public sealed interface DkimResult {
  /** The domain signed this message. */
  record Pass(String reason) implements DkimResult {}

  /** The message is not what was signed. */
  record Fail(String reason) implements DkimResult {}

  /** The signature fits, but must not be relied on; or it was not looked at. */
  record Policy(String reason) implements DkimResult {}

  /** As if there were no signature. */
  record Neutral(String reason) implements DkimResult {}

  /** There is no signature. */
  record None() implements DkimResult {}

  /** It cannot be told now. */
  record TempError(String reason) implements DkimResult {}

  /** The signature or its key cannot be used. */
  record PermError(String reason) implements DkimResult {}

  /** As Authentication-Results names it. */
  default String code() {
    return switch (this) {
      case Pass ignored -> "pass";
      case Fail ignored -> "fail";
      case Policy ignored -> "policy";
      case Neutral ignored -> "neutral";
      case None() -> "none";
      case TempError ignored -> "temperror";
      case PermError ignored -> "permerror";
    };
  }

  /** Why; may be empty. */
  default String why() {
    return switch (this) {
      case Pass(String reason) -> reason;
      case Fail(String reason) -> reason;
      case Policy(String reason) -> reason;
      case Neutral(String reason) -> reason;
      case None() -> "";
      case TempError(String reason) -> reason;
      case PermError(String reason) -> reason;
    };
  }
}
