package skypost.mail.directory;

import java.util.Optional;

/**
 * A server to connect to.
 *
 * @param host a host name or an IP address without brackets
 * @param port 1 to 65535
 */
public record HostPort(String host, int port) {
  public HostPort {
    if (host.isEmpty() || port < 1 || port > 65535) {
      throw new IllegalArgumentException("not host:port: " + host + ":" + port);
    }
  }

  /** Reads {@code host}, {@code host:port} or {@code [ipv6]:port}; empty when malformed. */
  public static Optional<HostPort> parse(String text, int defaultPort) {
    int colon = text.lastIndexOf(':');
    boolean bracketed = text.startsWith("[");
    if (bracketed && text.endsWith("]")) {
      colon = -1;
    }
    String host = colon < 0 ? text : text.substring(0, colon);
    if (bracketed) {
      host = host.endsWith("]") ? host.substring(1, host.length() - 1) : "";
    } else if (host.indexOf(':') >= 0) {
      return Optional.empty(); // an IPv6 address wants its brackets
    }
    try {
      int port = colon < 0 ? defaultPort : Integer.parseInt(text.substring(colon + 1));
      boolean sane =
          host.chars().allMatch(c -> Character.isLetterOrDigit(c) || ".-_:".indexOf(c) >= 0);
      return sane ? Optional.of(new HostPort(host, port)) : Optional.empty();
    } catch (IllegalArgumentException malformed) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return host.indexOf(':') >= 0 ? "[" + host + "]:" + port : host + ":" + port;
  }
}
