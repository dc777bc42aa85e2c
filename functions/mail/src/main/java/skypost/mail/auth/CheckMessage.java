package skypost.mail.auth;

import java.io.IOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.auth.spf.SpfSession;
import skypost.mail.directory.HostPort;
import skypost.mail.dns.Dns;
import skypost.mail.dns.DnsLookups;
import skypost.mail.json.Fields;
import skypost.mail.message.MessageSource;

/**
 * Tells who sent a message, without any server of ours: a JSON object in, a JSON object out, as
 * suites of tests need it. Not thread safe.
 */
public final class CheckMessage {
  /** Suites serve zones that contradict each other on different ports: each has its own cache. */
  private static final int MAX_SERVERS = 256;

  private static final Duration TIMEOUT = Duration.ofSeconds(2);
  private static final int TRIES = 2;
  private static final Duration LONGEST = Duration.ofSeconds(20); // RFC 7208 section 4.6.4
  private static final int DNS_PORT = 53;

  private final Clock clock;
  private final String hostname;
  private final Map<Optional<HostPort>, Dns> servers =
      new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Optional<HostPort>, Dns> eldest) {
          return size() > MAX_SERVERS;
        }
      };

  /**
   * @param hostname who we are: the macro r, and the name in Authentication-Results
   */
  public CheckMessage(Clock clock, String hostname) {
    this.clock = clock;
    this.hostname = hostname;
  }

  /**
   * Answers a request {@code {"ip", "helo", "mailFrom", "dns", "message", "now"}}: {@code dns} is
   * {@code host:port} (the system's without), {@code message} is in base64 (only SPF without),
   * {@code now} a time of ISO 8601.
   *
   * @return one line without its end; what is no request gets an {@code error}
   */
  public String answer(String request) throws IOException {
    Checked checked;
    try {
      checked = check(Fields.read(request));
    } catch (IOException | IllegalArgumentException | DateTimeParseException notARequest) {
      String reason = String.valueOf(notARequest.getMessage()).lines().findFirst().orElse("");
      return Fields.string(Map.of("error", Map.of("message", "not a request: " + reason)));
    }
    return Fields.string(CheckAnswers.of(checked, hostname));
  }

  private Checked check(Fields request) throws IOException {
    Instant now = request.optionalText("now").map(Instant::parse).orElseGet(clock::instant);
    var session =
        new SpfSession(
            InetAddress.ofLiteral(request.text("ip")),
            request.optionalText("helo").orElse(""),
            unbracketed(request.optionalText("mailFrom").orElse("")),
            hostname,
            now);
    Instant end = clock.instant().plus(LONGEST);
    var dns = new DnsLookups(server(request), () -> clock.instant().isAfter(end));
    Optional<MessageSource> message = request.optionalText("message").map(CheckMessage::decoded);
    return Authentication.check(session, message, dns);
  }

  /** A file of this machine has its own ends of lines; on the wire they were CRLF. */
  private static MessageSource decoded(String base64) {
    byte[] octets = Base64.getDecoder().decode(base64.replaceAll("\\s", ""));
    String text = new String(octets, StandardCharsets.ISO_8859_1);
    boolean ofFile = text.indexOf('\r') < 0;
    return MessageSource.of(
        ofFile ? text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1) : octets);
  }

  private static String unbracketed(String path) {
    return path.startsWith("<") && path.endsWith(">") ? path.substring(1, path.length() - 1) : path;
  }

  private Dns server(Fields request) throws IOException {
    Optional<HostPort> server = Optional.empty();
    if (request.has("dns")) {
      String given = request.text("dns");
      server = HostPort.parse(given, DNS_PORT);
      if (server.isEmpty()) {
        throw new IOException("dns is not host:port: " + given);
      }
    }
    return servers.computeIfAbsent(server, each -> Dns.published(each, TIMEOUT, TRIES));
  }
}
