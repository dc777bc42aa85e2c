package skypost.mail.directory;

import java.util.Optional;
import java.util.function.Function;

/** Mail that is taken as it is, whatever it fails. */
public sealed interface SenderExemption {
  /**
   * By its author, whatever client it comes from; or by its reverse-path, where SPF says that it
   * may be used.
   */
  record Sender(AddressPattern pattern) implements SenderExemption {}

  /** By the client that brings it, such as a relay of ours or a mailing list's server. */
  record Client(Network network) implements SenderExemption {}

  /**
   * By who has passed it on: the last seal of ARC is this domain's, all seals hold, and the domain
   * says that DMARC passed when it got the message (RFC 8617 section 7.2.1).
   *
   * @param domain canonical
   */
  record Sealer(String domain) implements SenderExemption {}

  /** The kinds by the names that JSON has for them. */
  enum Kind {
    SENDER("an address, a domain or *.domain", text -> AddressPattern.parse(text).map(Sender::new)),
    NETWORK("a network (CIDR)", text -> Network.parse(text).map(Client::new)),
    SEALER(
        "a domain",
        text ->
            AddressPattern.parse(text)
                .filter(pattern -> pattern.local().isEmpty())
                .flatMap(AddressPattern::onlyDomain)
                .filter(domain -> !domain.startsWith("["))
                .map(Sealer::new));

    private final String form;
    private final Function<String, Optional<? extends SenderExemption>> parser;

    Kind(String form, Function<String, Optional<? extends SenderExemption>> parser) {
      this.form = form;
      this.parser = parser;
    }

    /** What its text must be, for a person. */
    public String form() {
      return form;
    }

    /** Reads its text; empty when malformed. */
    public Optional<SenderExemption> parse(String text) {
      return parser.apply(text).map(exemption -> exemption);
    }
  }

  /** Which of them it is. */
  default Kind kind() {
    return switch (this) {
      case Sender _ -> Kind.SENDER;
      case Client _ -> Kind.NETWORK;
      case Sealer _ -> Kind.SEALER;
    };
  }

  /** What its kind's {@link Kind#parse} reads. */
  default String text() {
    return switch (this) {
      case Sender(AddressPattern pattern) -> pattern.toString();
      case Client(Network network) -> network.toString();
      case Sealer(String domain) -> domain;
    };
  }
}
