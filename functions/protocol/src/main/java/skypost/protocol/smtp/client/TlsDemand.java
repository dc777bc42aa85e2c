package skypost.protocol.smtp.client;

import javax.net.ssl.SSLContext;

/** What a hop demands of TLS. */
public sealed interface TlsDemand {
  /** No TLS, even where it is offered. */
  record Clear() implements TlsDemand {}

  /**
   * TLS where it is offered and works, clear text where not (RFC 7435).
   *
   * @param context best one that takes any certificate: the alternative is clear text
   */
  record Opportunistic(SSLContext context) implements TlsDemand {}

  /**
   * STARTTLS with this server and no other, or no message.
   *
   * @param reason who demands it, for replies and bounces: {@code MTA-STS policy of there.example}
   */
  record Required(ServerIdentity identity, String reason) implements TlsDemand {}

  /**
   * The same, but TLS from the first octet on, as on port 465 (RFC 8314 section 3.3).
   *
   * @param reason as in {@link Required}
   */
  record Implicit(ServerIdentity identity, String reason) implements TlsDemand {}

  /** Who demands it; empty: nobody. */
  default String reason() {
    return switch (this) {
      case Clear ignored -> "";
      case Opportunistic ignored -> "";
      case Required(ServerIdentity ignored, String reason) -> reason;
      case Implicit(ServerIdentity ignored, String reason) -> reason;
    };
  }

  /** Whether a message goes over verified TLS or not at all. */
  default boolean isBinding() {
    return switch (this) {
      case Clear ignored -> false;
      case Opportunistic ignored -> false;
      case Required ignored -> true;
      case Implicit ignored -> true;
    };
  }
}
