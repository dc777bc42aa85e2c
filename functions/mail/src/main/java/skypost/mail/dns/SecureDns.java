package skypost.mail.dns;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.Section;
import org.xbill.DNS.TLSARecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.dnssec.ValidatingResolver;
import skypost.protocol.log.EventLog;

/**
 * Asks a recursive resolver and validates its answers itself (RFC 4035 section 5), so that nobody
 * on the way needs to be believed. Answers are kept for their time to live. Thread safe.
 *
 * <p>Through a resolver that strips signatures nothing can be validated; then {@link #isAvailable}
 * says so, and whoever asks must do without, because everything would seem forged.
 */
public final class SecureDns {
  /**
   * The keys of the root zone that IANA publishes (Root Zone Trust Anchors, root-anchors.xml):
   * KSK-2017 (20326) and KSK-2024 (38696).
   */
  public static final String ROOT_ANCHORS =
      """
      . IN DS 20326 8 2 E06D44B80B8F1D39A95C0B0D7C65D08458E880409BBC683457104237C7F8EC8D
      . IN DS 38696 8 2 683D2D0ACB8C9B712A1948B27F741219298D0A450D612C483AF444A4C0FB2B16
      """;

  private static final Duration LOOK_AGAIN = Duration.ofMinutes(10);
  private static final Duration LONGEST = Duration.ofHours(1);
  private static final Duration FAILURE = Duration.ofSeconds(30);
  private static final int MAX_CACHED = 10_000;

  private final ValidatingResolver resolver;
  private final Clock clock;
  private final Map<String, Cached> cache = new ConcurrentHashMap<>();
  private volatile Availability availability = new Availability(false, Instant.MIN);

  private record Cached(Secured answer, Instant until) {}

  private record Availability(boolean available, Instant until) {}

  /**
   * @param recursive asks a resolver that passes signatures on
   * @param anchors DS or DNSKEY records in zone file format, {@link #ROOT_ANCHORS} but in tests
   */
  public SecureDns(Resolver recursive, String anchors, Clock clock) {
    this.resolver = new ValidatingResolver(recursive);
    this.clock = clock;
    try {
      resolver.loadTrustAnchors(
          new ByteArrayInputStream(anchors.getBytes(StandardCharsets.US_ASCII)));
    } catch (IOException malformed) {
      throw new UncheckedIOException("malformed trust anchors", malformed);
    }
  }

  /** What came of a question. */
  public sealed interface Secured {
    /**
     * Validated; without records: it is proven that there are none.
     *
     * @param canonical the name that the records are of: the one asked for, or what it is an alias
     *     (CNAME) of in the end
     */
    record Secure(List<Record> records, String canonical) implements Secured {
      public Secure {
        records = List.copyOf(records);
      }
    }

    /** Not signed, as is proven: whatever was answered, it says nothing about security. */
    record Insecure() implements Secured {}

    /** Forged (bogus), or it cannot be told now. */
    record Failed(String why) implements Secured {}
  }

  /** Whether signatures come through at all: the root's own are the test. */
  public boolean isAvailable() {
    Instant now = clock.instant();
    Availability last = availability;
    if (now.isBefore(last.until())) {
      return last.available();
    }
    boolean available =
        ask(Name.root, Type.DNSKEY) instanceof Secured.Secure(var keys, var ignored)
            && !keys.isEmpty();
    if (!available) {
      EventLog.warn("dnssec-unavailable").write();
    }
    availability = new Availability(available, now.plus(available ? LONGEST : LOOK_AGAIN));
    return available;
  }

  /** Asks, or remembers. */
  Secured lookup(String name, int type) {
    Instant now = clock.instant();
    String key = name + " " + type;
    Cached known = cache.get(key);
    if (known != null && now.isBefore(known.until())) {
      return known.answer();
    }
    Secured answer;
    try {
      answer = ask(Name.fromString(name, Name.root), type);
    } catch (TextParseException malformed) {
      answer = new Secured.Insecure();
    }
    if (cache.size() >= MAX_CACHED) {
      cache.clear();
    }
    cache.put(key, new Cached(answer, now.plus(time(answer))));
    return answer;
  }

  /** Whether the names of a domain's exchangers can be relied on. */
  public Secured exchangers(String domain) {
    return lookup(domain, Type.MX);
  }

  /** Whether a host's addresses are signed: without, RFC 7672 section 2.2.2 asks for no TLSA. */
  public Secured addresses(String host) {
    Secured ipv4 = lookup(host, Type.A);
    Secured ipv6 = lookup(host, Type.AAAA);
    return ipv4 instanceof Secured.Secure ? ipv6 : ipv4;
  }

  /** Whether a signed record says that a name is another's alias, wherever that leads. */
  public boolean isSignedAlias(String name) {
    return lookup(name, Type.CNAME) instanceof Secured.Secure(var records, var ignored)
        && !records.isEmpty();
  }

  /** The names in a validated answer of MX records. */
  public static Set<String> exchangers(Secured.Secure answer) {
    return answer.records().stream()
        .filter(MXRecord.class::isInstance)
        .map(record -> ((MXRecord) record).getTarget().toString(true).toLowerCase(Locale.ROOT))
        .collect(Collectors.toUnmodifiableSet());
  }

  /** The TLSA records in a validated answer. */
  public static List<Tlsa> tlsa(Secured.Secure answer) {
    return answer.records().stream()
        .filter(TLSARecord.class::isInstance)
        .map(TLSARecord.class::cast)
        .map(record ->
            new Tlsa(
                record.getCertificateUsage(),
                record.getSelector(),
                record.getMatchingType(),
                record.getCertificateAssociationData()))
        .toList();
  }

  /**
   * TLSA records of a host's SMTP server (RFC 7672 section 2.2.3).
   *
   * @param port 25 but in tests
   */
  public Secured tlsa(String host, int port) {
    return lookup("_" + port + "._tcp." + host, Type.TLSA);
  }

  private Secured ask(Name name, int type) {
    try {
      Message answer = resolver.send(Message.newQuery(Record.newRecord(name, type, DClass.IN)));
      int rcode = answer.getRcode();
      if (rcode != Rcode.NOERROR && rcode != Rcode.NXDOMAIN) {
        return new Secured.Failed(name + " " + Type.string(type) + ": " + Rcode.string(rcode));
      }
      return answer.getHeader().getFlag(Flags.AD)
          ? new Secured.Secure(
              answer.getSection(Section.ANSWER).stream()
                  .filter(record -> record.getType() == type)
                  .toList(),
              canonical(name, type, answer))
          : new Secured.Insecure();
    } catch (IOException fault) {
      return new Secured.Failed(name + " " + Type.string(type) + ": " + fault.getMessage());
    }
  }

  /** Follows the aliases in an answer. */
  private static String canonical(Name name, int type, Message answer) {
    Name at = name;
    for (Record record : answer.getSection(Section.ANSWER)) { // in order, as resolvers give them
      if (type != Type.CNAME && record instanceof CNAMERecord alias && alias.getName().equals(at)) {
        at = alias.getTarget();
      }
    }
    return at.toString(true).toLowerCase(Locale.ROOT);
  }

  private static Duration time(Secured answer) {
    return switch (answer) {
      case Secured.Failed ignored -> FAILURE;
      case Secured.Insecure ignored -> LOOK_AGAIN;
      case Secured.Secure(List<Record> records, var ignored) -> {
        long seconds =
            records.stream().mapToLong(Record::getTTL).min().orElse(LOOK_AGAIN.toSeconds());
        yield Duration.ofSeconds(Math.min(seconds, LONGEST.toSeconds()));
      }
    };
  }
}
