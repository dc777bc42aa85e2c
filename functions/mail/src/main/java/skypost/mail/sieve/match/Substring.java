package skypost.mail.sieve.match;

/** {@code :contains}: Knuth, Morris and Pratt's search, whose time no text and key can blow up. */
public final class Substring {
  private static final int CHARACTERS_PER_STEP = 8; // it does far less than a step elsewhere does

  private Substring() {}

  /** Whether a text contains a key; an empty key is in every text. */
  public static boolean isIn(String text, String key, Collation collation, Budget budget) {
    budget.spend((text.length() + key.length()) / CHARACTERS_PER_STEP + 1);
    if (key.isEmpty()) {
      return true;
    }
    int[] borders = borders(key, collation);
    int matched = 0;
    for (int i = 0; i < text.length(); i++) {
      int c = collation.fold(text.charAt(i));
      while (matched > 0 && c != collation.fold(key.charAt(matched))) {
        matched = borders[matched - 1];
      }
      if (c == collation.fold(key.charAt(matched)) && ++matched == key.length()) {
        return true;
      }
    }
    return false;
  }

  /** For each prefix of the key, how long its longest end is that is also its beginning. */
  private static int[] borders(String key, Collation collation) {
    int[] borders = new int[key.length()];
    int length = 0;
    for (int i = 1; i < key.length(); i++) {
      int c = collation.fold(key.charAt(i));
      while (length > 0 && c != collation.fold(key.charAt(length))) {
        length = borders[length - 1];
      }
      if (c == collation.fold(key.charAt(length))) {
        length++;
      }
      borders[i] = length;
    }
    return borders;
  }
}
