package skypost.mail.send;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import skypost.mail.tlspolicy.Handshake;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Outcome;
import skypost.protocol.smtp.client.Transaction;

/** Carries one transaction to the first of several servers that will have it. */
public interface Courier {
  /**
   * Tries the hops in order until every recipient has an outcome. Faults of servers become
   * outcomes.
   *
   * @param patience how long it may take
   */
  Delivery deliver(List<Hop> hops, Transaction transaction, Patience patience);

  /**
   * How long servers are waited for.
   *
   * @param whole until all is over
   * @param finalReply the wait for the answer to the end of the message; that is not sent when less
   *     of the whole is left
   * @param least with less than this before the end of the message no other server is tried
   */
  record Patience(Duration whole, Duration finalReply, Duration least) {}

  /** There is nothing more to carry for now: what was kept open for the next message is closed. */
  default void rest() {}

  /**
   * What came of it.
   *
   * @param results one for each recipient, in order; none is {@link Outcome.Undecided}
   * @param server the last server spoken to, {@code host[address]:port}; empty when none was
   *     reached
   * @param tls protocol and cipher suite there; empty when in the clear
   * @param handshakes of the connections that were opened for it
   */
  record Delivery(List<Result> results, String server, String tls, List<Handshake> handshakes) {
    public Delivery {
      results = List.copyOf(results);
      handshakes = List.copyOf(handshakes);
    }

    /** Over no connection, or none that was opened for it. */
    public Delivery(List<Result> results, String server, String tls) {
      this(results, server, tls, List.of());
    }

    /** The same outcome for everybody, of our own finding. */
    static Delivery everybody(int recipients, Outcome outcome) {
      return new Delivery(
          java.util.Collections.nCopies(recipients, new Result(outcome, Optional.empty())), "", "");
    }
  }

  /**
   * @param outcome what became of a recipient
   * @param mta the host that said so; empty when nobody did
   */
  record Result(Outcome outcome, Optional<String> mta) {}
}
