package skypost.protocol.address;

/** Unicode in letters, digits and hyphens: the encoding of A-labels (RFC 3492). */
final class Punycode {
  private static final int BASE = 36;
  private static final int T_MIN = 1;
  private static final int T_MAX = 26;
  private static final int SKEW = 38;
  private static final int DAMP = 700;
  private static final int INITIAL_BIAS = 72;
  private static final int INITIAL_N = 128;

  private Punycode() {}

  /** The code of a label, without the prefix of an A-label (RFC 3492 section 6.3). */
  static String encode(String label) {
    int[] points = label.codePoints().toArray();
    var code = new StringBuilder();
    for (int point : points) {
      if (point < INITIAL_N) {
        code.append((char) point);
      }
    }
    int basic = code.length();
    if (basic > 0) {
      code.append('-');
    }
    int bias = INITIAL_BIAS;
    int delta = 0; // 63 characters below 0x110000 cannot overflow it
    int handled = basic;
    for (int n = INITIAL_N; handled < points.length; n++) {
      int next = smallestFrom(n, points);
      delta += (next - n) * (handled + 1);
      n = next;
      for (int point : points) {
        if (point < n) {
          delta++;
        } else if (point == n) {
          append(code, delta, bias);
          bias = adapt(delta, handled + 1, handled == basic);
          delta = 0;
          handled++;
        }
      }
      delta++;
    }
    return code.toString();
  }

  private static int smallestFrom(int n, int[] points) {
    int smallest = Integer.MAX_VALUE;
    for (int point : points) {
      if (point >= n && point < smallest) {
        smallest = point;
      }
    }
    return smallest;
  }

  /** A number whose digits tell by themselves where it ends. */
  private static void append(StringBuilder code, int number, int bias) {
    int rest = number;
    for (int k = BASE; ; k += BASE) {
      int threshold = Math.clamp(k - bias, T_MIN, T_MAX);
      if (rest < threshold) {
        code.append(digit(rest));
        return;
      }
      code.append(digit(threshold + (rest - threshold) % (BASE - threshold)));
      rest = (rest - threshold) / (BASE - threshold);
    }
  }

  private static char digit(int value) {
    return (char) (value < 26 ? 'a' + value : '0' + value - 26);
  }

  private static int adapt(int delta, int points, boolean isFirst) {
    int left = isFirst ? delta / DAMP : delta / 2;
    left += left / points;
    int k = 0;
    while (left > (BASE - T_MIN) * T_MAX / 2) {
      left /= BASE - T_MIN;
      k += BASE;
    }
    return k + (BASE - T_MIN + 1) * left / (left + SKEW);
  }
}
