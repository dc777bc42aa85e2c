package skypost.mail.auth.spf;

/** What one check may make the DNS do (RFC 7208 section 4.6.4). */
final class SpfLimits {
  static final int MAX_TERMS = 10;
  static final int MAX_VOID = 2;
  static final int MAX_EXCHANGERS = 10;
  static final int MAX_NAMES = 10;

  private int terms;
  private int voids;

  /** Counts a mechanism or modifier that asks the DNS. */
  void term() throws SpfFault {
    if (++terms > MAX_TERMS) {
      throw SpfFault.permanent("more than " + MAX_TERMS + " terms that ask the DNS");
    }
  }

  /** Counts a term whose question had no answer: no such name, or no records. */
  void voidLookup() throws SpfFault {
    if (++voids > MAX_VOID) {
      throw SpfFault.permanent("more than " + MAX_VOID + " questions to the DNS without an answer");
    }
  }
}
