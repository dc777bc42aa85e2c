package skypost.mail.auth;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import skypost.mail.auth.spf.SpfSession;
import skypost.mail.dns.PublishedRecords;

/**
 * A recorded DNS. Lines are {@code name TYPE data}: TXT data is the rest of the line, with {@code
 * \xHH} for octets and {@code |} between the strings of a record; MX data is {@code preference
 * name}; {@code name FAILS} has no answer; {@code name EMPTY} exists without records.
 */
public final class Zone implements PublishedRecords {
  private record Line(String type, String data) {}

  private final Map<String, List<Line>> names = new HashMap<>();
  private final List<String> questions = new ArrayList<>();

  public static Zone of(String text) {
    Zone zone = new Zone();
    text.lines()
        .map(String::strip)
        .filter(line -> !line.isEmpty() && !line.startsWith("#"))
        .forEach(zone::add);
    return zone;
  }

  /** Adds a line. */
  public void add(String line) {
    String[] parts = line.split("\\s+", 3);
    names
        .computeIfAbsent(key(parts[0]), name -> new ArrayList<>())
        .add(new Line(parts[1], parts.length > 2 ? parts[2] : ""));
  }

  /** All questions in order, such as {@code example.com TXT}. */
  public List<String> questions() {
    return List.copyOf(questions);
  }

  private static String key(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower.substring(0, lower.length() - 1) : lower;
  }

  private synchronized <T> Found<T> ask(String name, String type, Function<String, T> reader) {
    questions.add(key(name) + ' ' + type);
    List<Line> lines = names.get(key(name));
    if (lines == null) {
      return new Found.NoSuchName<>();
    }
    if (lines.stream().anyMatch(line -> line.type().equals("FAILS"))) {
      return new Found.Unknown<>("SERVFAIL");
    }
    return new Found.Records<>(
        lines.stream()
            .filter(line -> line.type().equals(type))
            .map(line -> reader.apply(line.data()))
            .toList());
  }

  @Override
  public Found<String> texts(String name) {
    return ask(name, "TXT", Zone::text);
  }

  private static String text(String data) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < data.length(); i++) {
      if (data.startsWith("\\x", i)) {
        text.append((char) Integer.parseInt(data.substring(i + 2, i + 4), 16));
        i += 3;
      } else if (data.charAt(i) != '|') {
        text.append(data.charAt(i));
      }
    }
    return text.toString();
  }

  @Override
  public Found<InetAddress> addresses(String name, boolean ipv6) {
    return ask(name, ipv6 ? "AAAA" : "A", InetAddress::ofLiteral);
  }

  @Override
  public Found<String> exchangers(String name) {
    return ask(name, "MX", data -> key(data.substring(data.indexOf(' ') + 1)));
  }

  @Override
  public Found<String> names(InetAddress address) {
    String[] nibbles = Addresses.dotted(address).split("\\.");
    List<String> reversed = new ArrayList<>(List.of(nibbles)).reversed();
    String zone = nibbles.length == 4 ? ".in-addr.arpa" : ".ip6.arpa";
    return ask(String.join(".", reversed) + zone, "PTR", data -> data);
  }

  @Override
  public Found<String> aliases(String name) {
    return ask(name, "CNAME", Zone::key);
  }

  @Override
  public Found<Service> services(String name) {
    return ask(
        name,
        "SRV",
        data -> {
          String[] parts = data.split(" ");
          return new Service(Integer.parseInt(parts[2]), key(parts[3]));
        });
  }

  /** A session from 192.0.2.1 that calls itself mail.example.com, for tests. */
  public static SpfSession session(String mailFrom) {
    return session("192.0.2.1", "mail.example.com", mailFrom);
  }

  /** A session at a fixed time. */
  public static SpfSession session(String ip, String helo, String mailFrom) {
    return new SpfSession(
        InetAddress.ofLiteral(ip),
        helo,
        mailFrom,
        "mx.receiver.example",
        Instant.parse("2026-11-25T12:00:00Z"));
  }
}
