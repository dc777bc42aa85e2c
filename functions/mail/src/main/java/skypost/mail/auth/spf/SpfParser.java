package skypost.mail.auth.spf;

import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skypost.mail.auth.spf.SpfRecord.Directive;
import skypost.mail.auth.spf.SpfRecord.Mechanism;
import skypost.mail.auth.spf.SpfRecord.Prefixes;
import skypost.mail.auth.spf.SpfRecord.Qualifier;

/** Reads records (RFC 7208 sections 4.5, 4.6 and 12). */
public final class SpfParser {
  private static final String VERSION = "v=spf1";
  private static final String QUALIFIERS = "+-~?";
  private static final Pattern MODIFIER = Pattern.compile("([A-Za-z][A-Za-z0-9_.-]*)=(.*)");
  private static final Pattern MECHANISM = Pattern.compile("([A-Za-z][A-Za-z0-9_.-]*)(.*)");

  /** RFC 7208 section 12: [ ip4-cidr-length ] [ "/" ip6-cidr-length ] at the end. */
  private static final Pattern DUAL_PREFIX =
      Pattern.compile("(.*?)(?:/(0|[1-9][0-9]{0,2}))?(?://(0|[1-9][0-9]{0,2}))?");

  private static final Pattern NETWORK = Pattern.compile("([^/]*)(?:/(0|[1-9][0-9]{0,2}))?");
  private static final Pattern IPV4 =
      Pattern.compile("(?:(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])(?:\\.(?!$)|$)){4}");
  private static final Pattern IPV6 = Pattern.compile("[0-9A-Fa-f:]*:[0-9A-Fa-f:.]*");

  private final List<Directive> directives = new ArrayList<>();
  private MacroString redirect;
  private MacroString explanation;

  private SpfParser() {}

  /** What came of reading. */
  sealed interface Parsed {
    record Ok(SpfRecord record) implements Parsed {}

    record Bad(String reason) implements Parsed {}
  }

  /** Whether a TXT record is one of ours (RFC 7208 section 4.5). */
  static boolean isRecord(String text) {
    return text.regionMatches(true, 0, VERSION, 0, VERSION.length())
        && (text.length() == VERSION.length() || text.charAt(VERSION.length()) == ' ');
  }

  /** Reads a record that {@link #isRecord} knows. */
  static Parsed parse(String text) {
    SpfParser parser = new SpfParser();
    for (String term : text.substring(VERSION.length()).split(" ")) {
      if (!term.isEmpty() && !parser.read(term)) {
        return new Parsed.Bad("not a term of SPF: " + printable(term));
      }
    }
    return new Parsed.Ok(
        new SpfRecord(
            parser.directives,
            Optional.ofNullable(parser.redirect),
            Optional.ofNullable(parser.explanation)));
  }

  private static String printable(String term) {
    String shown = term.replaceAll("[^!-~]", "?");
    return shown.length() > 60 ? shown.substring(0, 60) + "..." : shown;
  }

  private boolean read(String term) {
    Matcher modifier = MODIFIER.matcher(term);
    if (modifier.matches()) {
      return modifier(modifier.group(1).toLowerCase(Locale.ROOT), modifier.group(2));
    }
    int qualifier = QUALIFIERS.indexOf(term.charAt(0));
    Matcher mechanism = MECHANISM.matcher(qualifier < 0 ? term : term.substring(1));
    if (!mechanism.matches()) {
      return false;
    }
    Optional<? extends Mechanism> read =
        mechanism(mechanism.group(1).toLowerCase(Locale.ROOT), mechanism.group(2));
    read.ifPresent(each ->
        directives.add(
            new Directive(
                qualifier < 0
                    ? Qualifier.PASS
                    : List.of(Qualifier.PASS, Qualifier.FAIL, Qualifier.SOFTFAIL, Qualifier.NEUTRAL)
                        .get(qualifier),
                each)));
    return read.isPresent();
  }

  private boolean modifier(String name, String value) {
    switch (name) {
      case "redirect" -> {
        if (redirect != null) { // RFC 7208 section 6: at most once
          return false;
        }
        redirect = MacroParser.domain(value).orElse(null);
        return redirect != null;
      }
      case "exp" -> {
        if (explanation != null) {
          return false;
        }
        explanation = MacroParser.domain(value).orElse(null);
        return explanation != null;
      }
      default -> { // RFC 7208 section 6: unknown ones are ignored, but must be well-formed
        return MacroParser.any(value).isPresent();
      }
    }
  }

  private static Optional<? extends Mechanism> mechanism(String name, String rest) {
    return switch (name) {
      case "all" -> rest.isEmpty() ? Optional.of(new Mechanism.All()) : Optional.empty();
      case "include" -> given(rest).map(Mechanism.Include::new);
      case "exists" -> given(rest).map(Mechanism.Exists::new);
      case "ptr" ->
          rest.isEmpty()
              ? Optional.of(new Mechanism.Ptr(Optional.empty()))
              : given(rest).map(domain -> new Mechanism.Ptr(Optional.of(domain)));
      case "a" -> host(rest).map(host -> new Mechanism.A(host.domain(), host.prefixes()));
      case "mx" -> host(rest).map(host -> new Mechanism.Mx(host.domain(), host.prefixes()));
      case "ip4" -> network(rest, IPV4, 32);
      case "ip6" -> network(rest, IPV6, 128);
      default -> Optional.empty(); // RFC 7208 section 4.6.1: an unknown mechanism is an error
    };
  }

  private static Optional<MacroString> given(String rest) {
    return rest.startsWith(":") ? MacroParser.domain(rest.substring(1)) : Optional.empty();
  }

  private record Host(Optional<MacroString> domain, Prefixes prefixes) {}

  private static Optional<Host> host(String rest) {
    Matcher matched = DUAL_PREFIX.matcher(rest);
    if (!matched.matches()) {
      return Optional.empty();
    }
    Optional<Integer> ipv4 = prefix(matched.group(2), 32);
    Optional<Integer> ipv6 = prefix(matched.group(3), 128);
    String domain = matched.group(1);
    Optional<MacroString> read = given(domain);
    if (ipv4.isEmpty() || ipv6.isEmpty() || (read.isEmpty() && !domain.isEmpty())) {
      return Optional.empty();
    }
    return Optional.of(new Host(read, new Prefixes(ipv4.get(), ipv6.get())));
  }

  private static Optional<Integer> prefix(String digits, int longest) {
    int bits = digits == null ? longest : Integer.parseInt(digits);
    return bits <= longest ? Optional.of(bits) : Optional.empty();
  }

  private static Optional<Mechanism.Ip> network(String rest, Pattern form, int longest) {
    Matcher matched = NETWORK.matcher(rest.isEmpty() ? "" : rest.substring(1));
    if (!rest.startsWith(":") || !matched.matches() || !form.matcher(matched.group(1)).matches()) {
      return Optional.empty();
    }
    Optional<Integer> prefix = prefix(matched.group(2), longest);
    return prefix.flatMap(
        bits -> address(matched.group(1), longest).map(network -> new Mechanism.Ip(network, bits)));
  }

  /** The octets of a network: 4 or 16. */
  private static Optional<byte[]> address(String text, int bits) {
    try {
      byte[] octets = InetAddress.ofLiteral(text).getAddress();
      if (octets.length * 8 == bits) {
        return Optional.of(octets);
      }
      byte[] mapped = new byte[16]; // the JDK takes an IPv4-mapped address for an IPv4 one
      mapped[10] = (byte) 0xFF;
      mapped[11] = (byte) 0xFF;
      System.arraycopy(octets, 0, mapped, 12, 4);
      return Optional.of(mapped);
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }
}
