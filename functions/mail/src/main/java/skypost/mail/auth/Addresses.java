package skypost.mail.auth;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** IP addresses as text. */
public final class Addresses {
  private Addresses() {}

  /** As people write it: an IPv6 address as RFC 5952 section 4 wants it. */
  public static String text(InetAddress address) {
    byte[] octets = address.getAddress();
    if (octets.length == 4) {
      return address.getHostAddress();
    }
    int[] groups = new int[8];
    for (int i = 0; i < 8; i++) {
      groups[i] = (octets[2 * i] & 0xFF) << 8 | octets[2 * i + 1] & 0xFF;
    }
    int bestStart = -1;
    int bestLength = 1; // RFC 5952 section 4.2.2: one group alone is not shortened
    for (int i = 0; i < 8; i++) {
      int end = i;
      while (end < 8 && groups[end] == 0) {
        end++;
      }
      if (end - i > bestLength) {
        bestStart = i;
        bestLength = end - i;
      }
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      if (i == bestStart) {
        text.append("::");
        i += bestLength - 1;
      } else {
        boolean first = text.isEmpty() || text.charAt(text.length() - 1) == ':';
        text.append(first ? "" : ":").append(Integer.toHexString(groups[i]));
      }
    }
    return text.toString();
  }

  /** As the macro i of SPF has it: an IPv6 address in dotted nibbles (RFC 7208 section 7.3). */
  public static String dotted(InetAddress address) {
    byte[] octets = address.getAddress();
    if (octets.length == 4) {
      return address.getHostAddress();
    }
    List<String> nibbles = new ArrayList<>();
    for (byte octet : octets) {
      nibbles.add(Integer.toHexString(octet >> 4 & 0xF).toUpperCase(Locale.ROOT));
      nibbles.add(Integer.toHexString(octet & 0xF).toUpperCase(Locale.ROOT));
    }
    return String.join(".", nibbles);
  }
}
