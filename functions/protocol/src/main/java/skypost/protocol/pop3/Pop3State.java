package skypost.protocol.pop3;

import java.util.List;
import java.util.Optional;
import skypost.protocol.sasl.Sasl;

/** Where a session stands (RFC 1939 section 3); each state carries exactly what is legal in it. */
sealed interface Pop3State {
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

    Authorization speaking(Speech speech) {
      return new Authorization(channel.speaking(speech), username, failedLogins);
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
   * @param deletesRetrieved whether QUIT also removes what RETR has handed out
   */
  record Transaction(
      Channel channel,
      Maildrop.Totals totals,
      Optional<List<Maildrop.Message>> messages,
      Deletions deletions,
      boolean held,
      boolean deletesRetrieved)
      implements Pop3State {
    Transaction speaking(Speech speech) {
      return new Transaction(
          channel.speaking(speech), totals, messages, deletions, held, deletesRetrieved);
    }

    /** What is listed counts, also where the counters said something else. */
    Transaction listed(List<Maildrop.Message> list) {
      var counted =
          new Maildrop.Totals(list.size(), list.stream().mapToLong(Maildrop.Message::octets).sum());
      return new Transaction(
          channel, counted, Optional.of(list), deletions, held, deletesRetrieved);
    }

    Transaction holding() {
      return new Transaction(channel, totals, messages, deletions, true, deletesRetrieved);
    }

    Transaction deleting(Deletions marked) {
      return new Transaction(channel, totals, messages, marked, held, deletesRetrieved);
    }
  }

  /**
   * After QUIT of a transaction (RFC 1939 section 6): the only state in which messages are removed.
   */
  record Update(Channel channel, List<Maildrop.Message> deleted, int remaining)
      implements Pop3State {}

  /**
   * What the client wants to be spoken to in.
   *
   * @param language of status lines
   * @param utf8 whether messages may come with UTF-8 in their header fields (RFC 6856 section 2)
   */
  record Speech(Language language, boolean utf8) {
    /** As everybody understands it. */
    static final Speech PLAIN = new Speech(Language.ENGLISH, false);

    Speech in(Language other) {
      return new Speech(other, utf8);
    }

    Speech withUtf8() {
      return new Speech(language, true);
    }
  }

  /**
   * How the connection is protected, and what is spoken over it.
   *
   * @param encrypted whether TLS is on
   * @param upgradable whether STLS can put it on
   * @param trusted whether the client's network may send passwords in clear text
   * @param bindable whether a login can be bound to the connection (RFC 9266)
   * @param tokens whether bearer tokens can be checked
   * @param speech as the client asked for
   */
  record Channel(
      boolean encrypted,
      boolean upgradable,
      boolean trusted,
      boolean bindable,
      boolean tokens,
      Speech speech) {
    Channel speaking(Speech other) {
      return new Channel(encrypted, upgradable, trusted, bindable, tokens, other);
    }

    /** RFC 5034 section 3: the mechanisms that may be used now. */
    List<String> mechanisms() {
      // RFC 7628 section 4: tokens go over TLS alone, from whatever network
      return allowsPasswords() ? Sasl.offered(bindable, tokens && encrypted) : List.of();
    }

    /** The same after STLS, which forgets what was asked for before (RFC 2595 section 4). */
    Channel secured(boolean isBindable) {
      return new Channel(true, upgradable, trusted, isBindable, tokens, Speech.PLAIN);
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
