package skypost.mail.auth.dkim;

/** Writes a header field in lines that are no longer than need be (RFC 5322 section 2.2.3). */
final class FoldedField {
  private final StringBuilder text;
  private final int maxLine;
  private int column;

  /**
   * @param name with its colon
   * @param maxLine characters of a line, without CRLF; a longer word is a line of its own
   */
  FoldedField(String name, int maxLine) {
    this.text = new StringBuilder(name);
    this.maxLine = maxLine;
    this.column = name.length();
  }

  /** Adds a word after a blank, or on a new line. */
  FoldedField word(String word) {
    if (column + 1 + word.length() > maxLine) {
      fold();
    } else {
      put(" ");
    }
    put(word);
    return this;
  }

  /** Adds a word close to the one before, or on a new line. */
  FoldedField close(String word) {
    if (column + word.length() > maxLine) {
      fold();
    }
    put(word);
    return this;
  }

  /** What there is, and after it octets that may be parted anywhere, such as base64. */
  String packed(String octets) {
    int from = 0;
    while (from < octets.length()) {
      if (column >= maxLine) {
        fold();
      }
      int to = Math.min(octets.length(), from + maxLine - column);
      put(octets.substring(from, to));
      from = to;
    }
    return toString();
  }

  private void fold() {
    text.append("\r\n ");
    column = 1;
  }

  private void put(String some) {
    text.append(some);
    column += some.length();
  }

  @Override
  public String toString() {
    return text.toString();
  }
}
