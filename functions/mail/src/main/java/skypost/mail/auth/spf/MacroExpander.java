package skypost.mail.auth.spf;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;
import skypost.mail.auth.Addresses;
import skypost.mail.auth.spf.MacroString.Part;

/** Expands macros for one session (RFC 7208 section 7.3). */
final class MacroExpander {
  /** Characters of a name without the dot at its end (RFC 7208 section 7.3). */
  private static final int MAX_NAME = 253;

  /** An explanation that is longer is nobody's honest work. */
  private static final int MAX_TEXT = 4096;

  /** Characters that an expansion holds at a time; more than any name or explanation may have. */
  private static final int MAX_EXPANDED = 64 * 1024;

  private static final String UNRESERVED = "-._~"; // RFC 3986 section 2.3, besides alphanumerics

  private final SpfSession session;
  private final UnaryOperator<String> validatedName;

  /**
   * @param validatedName gives the client's name for a domain, for the macro p; is asked only where
   *     the macro is
   */
  MacroExpander(SpfSession session, UnaryOperator<String> validatedName) {
    this.session = session;
    this.validatedName = validatedName;
  }

  /** A name to ask for: without a dot at its end, cut from the left to what a name may hold. */
  String name(MacroString spec, String domain) {
    String name = expand(spec, domain);
    name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    if (name.length() > MAX_NAME) { // no dot there: it stays too long, and so it does not exist
      name = name.substring(name.indexOf('.', name.length() - MAX_NAME - 1) + 1);
    }
    return name;
  }

  /** An explanation; empty when it is too long or holds what must not be shown. */
  String text(MacroString text, String domain) {
    String expanded = expand(text, domain);
    boolean printable = expanded.chars().allMatch(c -> c >= ' ' && c <= '~');
    return printable && expanded.length() <= MAX_TEXT ? expanded : "";
  }

  private String expand(MacroString string, String domain) {
    StringBuilder expanded = new StringBuilder();
    for (Part part : string.parts()) {
      switch (part) {
        case Part.Literal(String text) -> expanded.append(text);
        case Part.Escape(String text) -> expanded.append(text);
        case Part.Macro macro -> expanded.append(expand(macro, domain));
      }
      if (expanded.length() > MAX_EXPANDED) { // only the right end of it can be of use
        expanded.delete(0, expanded.length() - MAX_EXPANDED / 2);
      }
    }
    return expanded.toString();
  }

  private String expand(Part.Macro macro, String domain) {
    List<String> parts = split(value(macro.letter(), domain), macro.delimiters());
    if (macro.reversed()) {
      Collections.reverse(parts);
    }
    int from = Math.max(0, parts.size() - macro.keep());
    String joined = String.join(".", parts.subList(from, parts.size()));
    return macro.escaped() ? escaped(joined) : joined;
  }

  private String value(char letter, String domain) {
    InetAddress client = session.client();
    return switch (letter) {
      case 's' -> session.local() + '@' + session.senderDomain();
      case 'l' -> session.local();
      case 'o' -> session.senderDomain();
      case 'd' -> domain;
      case 'i' -> Addresses.dotted(client);
      case 'p' -> validatedName.apply(domain);
      case 'h' -> session.helo();
      case 'v' -> client.getAddress().length == 4 ? "in-addr" : "ip6";
      case 'c' -> Addresses.text(client);
      case 'r' -> session.receiver();
      default -> Long.toString(session.now().getEpochSecond()); // t, the last that there is
    };
  }

  private static List<String> split(String value, String delimiters) {
    List<String> parts = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < value.length(); i++) {
      if (delimiters.indexOf(value.charAt(i)) >= 0) {
        parts.add(value.substring(start, i));
        start = i + 1;
      }
    }
    parts.add(value.substring(start));
    return parts;
  }

  private static String escaped(String value) {
    StringBuilder escaped = new StringBuilder();
    for (byte octet : value.getBytes(StandardCharsets.UTF_8)) {
      char c = (char) (octet & 0xFF);
      boolean plain = c < 0x80 && (Character.isLetterOrDigit(c) || UNRESERVED.indexOf(c) >= 0);
      escaped.append(plain ? String.valueOf(c) : "%%%02X".formatted((int) c));
    }
    return escaped.toString();
  }
}
