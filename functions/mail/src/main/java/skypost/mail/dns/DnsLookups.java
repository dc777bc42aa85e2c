package skypost.mail.dns;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.function.BooleanSupplier;
import java.util.function.Function;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.PTRRecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.ReverseMap;
import org.xbill.DNS.SRVRecord;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;

/**
 * {@link PublishedRecords} by {@link Dns}, for one message or one check. As thread safe as {@code
 * outOfTime}.
 */
public final class DnsLookups implements PublishedRecords {
  private final Dns dns;
  private final BooleanSupplier outOfTime;

  /**
   * @param outOfTime when it is true nothing more is asked: a domain whose servers are slow must
   *     not keep a function busy (RFC 7208 section 4.6.4 wants at least 20 seconds)
   */
  public DnsLookups(Dns dns, BooleanSupplier outOfTime) {
    this.dns = dns;
    this.outOfTime = outOfTime;
  }

  @Override
  public boolean isOver() {
    return outOfTime.getAsBoolean();
  }

  @Override
  public Found<String> texts(String name) {
    return ask(name, Type.TXT, record -> text((TXTRecord) record));
  }

  private static String text(TXTRecord record) {
    StringBuilder joined = new StringBuilder();
    for (byte[] part : record.getStringsAsByteArrays()) {
      joined.append(new String(part, StandardCharsets.ISO_8859_1));
    }
    return joined.toString();
  }

  @Override
  public Found<InetAddress> addresses(String name, boolean ipv6) {
    return ask(
        name,
        ipv6 ? Type.AAAA : Type.A,
        record ->
            record instanceof AAAARecord aaaa
                ? aaaa.getAddress()
                : ((ARecord) record).getAddress());
  }

  @Override
  public Found<String> exchangers(String name) {
    return switch (ask(name, Type.MX, record -> (MXRecord) record)) {
      case Found.Records<MXRecord>(List<MXRecord> records) ->
          new Found.Records<>(
              records.stream()
                  .sorted(Comparator.comparingInt(MXRecord::getPriority))
                  .map(mx -> unescaped(mx.getTarget().toString(true)))
                  .map(target -> target.equals(".") ? "" : target)
                  .toList());
      case Found.NoSuchName<MXRecord>() -> new Found.NoSuchName<>();
      case Found.Unknown<MXRecord>(String why) -> new Found.Unknown<>(why);
    };
  }

  @Override
  public Found<String> names(InetAddress address) {
    String name = ReverseMap.fromAddress(address).toString();
    return ask(
        name, Type.PTR, record -> unescaped(((PTRRecord) record).getTarget().toString(true)));
  }

  @Override
  public Found<String> aliases(String name) {
    return ask(name, Type.CNAME, record -> name(((CNAMERecord) record).getTarget()));
  }

  @Override
  public Found<Service> services(String name) {
    return ask(
        name,
        Type.SRV,
        record ->
            new Service(((SRVRecord) record).getPort(), name(((SRVRecord) record).getTarget())));
  }

  private static String name(Name target) {
    String name = unescaped(target.toString(true)).toLowerCase(Locale.ROOT);
    return name.equals(".") ? "" : name;
  }

  private <T> Found<T> ask(String name, int type, Function<Record, T> reader) {
    if (outOfTime.getAsBoolean()) {
      return new Found.Unknown<>("the time for DNS is over");
    }
    return switch (dns.lookup(escaped(name), type)) {
      case Dns.Answer.NoSuchName() -> new Found.NoSuchName<>();
      case Dns.Answer.Unknown(String why) -> new Found.Unknown<>(why);
      case Dns.Answer.Records(List<Record> records) ->
          new Found.Records<>(
              records.stream().filter(record -> record.getType() == type).map(reader).toList());
    };
  }

  /** A name may hold any octet (RFC 2181 section 11): macros of SPF make such ones. */
  private static String escaped(String name) {
    StringBuilder escaped = new StringBuilder();
    for (byte octet : name.getBytes(StandardCharsets.UTF_8)) {
      boolean plain = octet > ' ' && octet < 0x7F && octet != '\\' && octet != '@';
      escaped.append(plain ? String.valueOf((char) octet) : "\\%03d".formatted(octet & 0xFF));
    }
    return escaped.toString();
  }

  private static String unescaped(String name) {
    if (name.indexOf('\\') < 0) {
      return name;
    }
    StringBuilder plain = new StringBuilder();
    for (int i = 0; i < name.length(); i++) {
      char c = name.charAt(i);
      if (c != '\\') {
        plain.append(c);
      } else if (i + 3 < name.length() && Character.isDigit(name.charAt(i + 1))) {
        plain.append((char) Integer.parseInt(name.substring(i + 1, i + 4)));
        i += 3;
      } else if (i + 1 < name.length()) {
        plain.append(name.charAt(++i));
      }
    }
    return plain.toString();
  }
}
