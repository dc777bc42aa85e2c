package skypost.mail.auth.dmarc;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A record (RFC 9989 section 4.7). pct, rf and ri of RFC 7489 are not looked at, nor is anything
 * that is not known.
 *
 * @param valid false where p, sp or np cannot be read and nobody asks for reports: then the record
 *     is no policy (section 4.10.1)
 * @param domain for the domain of the record
 * @param subdomains for existing ones below
 * @param missing for names below that do not exist
 * @param psd whether the domain is a public suffix, as far as it says
 * @param strictDkim whether a signer must be the very domain of the author
 * @param strictSpf whether a sender must
 * @param testing t=y
 * @param reports where aggregate reports are wanted: the URIs of rua
 */
record DmarcRecord(
    boolean valid,
    Policy domain,
    Policy subdomains,
    Policy missing,
    Psd psd,
    boolean strictDkim,
    boolean strictSpf,
    boolean testing,
    List<String> reports) {
  private static final Pattern VERSION = Pattern.compile("v[ \t]*=[ \t]*DMARC1[ \t]*(;.*)?");
  private static final Pattern URI = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]*:[^\\s,]+");

  enum Psd {
    YES,
    NO,
    UNKNOWN
  }

  /** Whether it is one at all: the version comes first, in upper case. */
  static boolean isRecord(String text) {
    return VERSION.matcher(text.strip()).matches();
  }

  /** Reads what {@link #isRecord} knows; mistakes besides the policies are passed over. */
  static DmarcRecord read(String text) {
    Map<String, String> tags = new HashMap<>();
    for (String tag : text.split(";")) {
      int equals = tag.indexOf('=');
      if (equals > 0) {
        tags.putIfAbsent(
            tag.substring(0, equals).strip().toLowerCase(Locale.ROOT),
            tag.substring(equals + 1).strip());
      }
    }
    boolean readable = true;
    for (String name : new String[] {"p", "sp", "np"}) {
      readable &= !tags.containsKey(name) || Policy.parse(tags.get(name)).isPresent();
    }
    if (!readable) { // RFC 9989 section 4.10.1: as if it were p=none, if anybody wants reports
      tags.keySet().removeAll(List.of("p", "sp", "np"));
    }
    Policy domain = policy(tags, "p").orElse(Policy.NONE);
    Policy subdomains = policy(tags, "sp").orElse(domain);
    List<String> reports = uris(tags.getOrDefault("rua", ""));
    return new DmarcRecord(
        readable || !reports.isEmpty(),
        domain,
        subdomains,
        policy(tags, "np").orElse(subdomains),
        switch (tags.getOrDefault("psd", "u").toLowerCase(Locale.ROOT)) {
          case "y" -> Psd.YES;
          case "n" -> Psd.NO;
          default -> Psd.UNKNOWN;
        },
        tags.getOrDefault("adkim", "r").equalsIgnoreCase("s"),
        tags.getOrDefault("aspf", "r").equalsIgnoreCase("s"),
        tags.getOrDefault("t", "n").equalsIgnoreCase("y"),
        reports);
  }

  private static Optional<Policy> policy(Map<String, String> tags, String name) {
    return Optional.ofNullable(tags.get(name)).flatMap(Policy::parse);
  }

  private static List<String> uris(String list) {
    return Arrays.stream(list.split(","))
        .map(String::strip)
        .filter(uri -> URI.matcher(uri).matches())
        .toList();
  }
}
