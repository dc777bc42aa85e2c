package skypost.protocol.pop3;

import java.util.List;
import java.util.Optional;
import skypost.protocol.sasl.Sasl;

/** Where a session stands (RFC 1939 section 3); each state carries exactly what is legal in it. */
public sealed interface Pop3State {
  /** How the connection is protected. */
  Channel channel();

  /**
   * Before login (RFC 1939 section 4).
   *
   * @param username what USER said
   * @param failedLogins how many
   */
  record Authorization(Channel channel, Optional<String> username, int failedLogins)
      implements Pop3State {
    Authorization named(String name) {
      return new Authorization(channel, Optional.of(name), failedLogins);
    }

    Authorization refused() {
      return new Authorization(channel, Optional.empty(), failedLogins + 1);
    }

    Authorization unnamed() {
      return new Authorization(channel, Optional.empty(), failedLogins);
    }
  }

  /**
   * After login (RFC 1939 section 5).
   *
   * @param totals known since login
   * @param messages empty as long as no command needed them
   * @param deletions messages marked as deleted
   * @param held whether this session has the exclusive right to the maildrop
   */
  record Transaction(
      Channel channel,
      Maildrop.Totals totals,
      Optional<List<Maildrop.Message>> messages,
      Deletions deletions,
      boolean held)
      implements Pop3State {
    /** What is listed counts, also where the counters said something else. */
    Transaction listed(List<Maildrop.Message> list) {
      var counted =
          new Maildrop.Totals(list.size(), list.stream().mapToLong(Maildrop.Message::octets).sum());
      return new Transaction(channel, counted, Optional.of(list), deletions, held);
    }

    Transaction holding() {
      return new Transaction(channel, totals, messages, deletions, true);
    }

    Transaction deleting(Deletions marked) {
      return new Transaction(channel, totals, messages, marked, held);
    }
  }

  /**
   * After QUIT of a transaction (RFC 1939 section 6): the only state in which messages are removed.
   */
  record Update(Channel channel, List<Maildrop.Message> deleted, int remaining)
      implements Pop3State {}

  /**
   * How the connection is protected.
   *
   * @param encrypted whether TLS is on
   * @param upgradable whether STLS can put it on
   * @param trusted whether the client's network may send passwords in clear text
   * @param bindable whether a login can be bound to the connection (RFC 9266)
   */
  record Channel(boolean encrypted, boolean upgradable, boolean trusted, boolean bindable) {
    /** RFC 5034 section 3: the mechanisms that may be used now. */
    List<String> mechanisms() {
      return allowsPasswords() ? Sasl.offered(bindable) : List.of();
    }

    /** The same after STLS. */
    Channel secured(boolean isBindable) {
      return new Channel(true, upgradable, trusted, isBindable);
    }

    /** RFC 2595 section 2.3: no passwords in clear text. */
    boolean allowsPasswords() {
      return encrypted || trusted;
    }

    boolean offersStls() {
      return upgradable && !encrypted;
    }
  }
}
