package skypost.mail.auth.arc;

/** What came of a chain (RFC 8617 section 5.2). */
public sealed interface ArcVerdict {
  /** There is no chain. */
  record None() implements ArcVerdict {}

  /**
   * All seals hold, and nothing was changed after the last.
   *
   * @param sealer the domain of the last seal, canonical
   * @param instances how many sets there are
   * @param dmarcPassed whether the last sealer says that DMARC passed when it got the message
   */
  record Pass(String sealer, int instances, boolean dmarcPassed) implements ArcVerdict {}

  /** The chain is broken, or cannot be verified now. */
  record Fail(String reason) implements ArcVerdict {}

  /** As Authentication-Results names it. */
  default String code() {
    return switch (this) {
      case None() -> "none";
      case Pass ignored -> "pass";
      case Fail ignored -> "fail";
    };
  }
}
