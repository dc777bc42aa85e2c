package skypost.mail.send;

import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import skypost.mail.tlspolicy.Handshake;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.ConnectResult;
import skypost.protocol.smtp.client.ConnectionPool;
import skypost.protocol.smtp.client.Deadline;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Outcome;
import skypost.protocol.smtp.client.Peer;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.SmtpConnection;
import skypost.protocol.smtp.client.Transaction;

/** Carries mail by SMTP, on the terms of each hop. */
public final class SmtpCourier implements Courier {
  private static final SmtpReply ENDED_EARLY =
      SmtpReply.of(451, 4, 2, "the session ended before all recipients could be sent");

  private final ConnectionPool connections;

  /**
   * @param client says EHLO
   */
  public SmtpCourier(SmtpClient client) {
    this(new ConnectionPool(client));
  }

  public SmtpCourier(ConnectionPool connections) {
    this.connections = connections;
  }

  @Override
  public Delivery deliver(List<Hop> hops, Transaction transaction, Patience patience) {
    Round round = new Round(transaction, patience);
    for (int i = 0; i < hops.size() && !round.open().isEmpty(); i++) {
      if (i > 0 && !round.hasTime()) {
        break;
      }
      round.ask(hops.get(i), hops.size() - i - 1);
    }
    return round.end();
  }

  @Override
  public void rest() {
    connections.closeIdle();
  }

  /** One way through the list of hops. */
  private final class Round {
    private final Transaction transaction;
    private final Patience patience;
    private final Deadline deadline;
    private final Deadline contentEnd;
    private final Result[] results;
    private final List<SmtpReply> refusals = new ArrayList<>();
    private final List<Handshake> handshakes = new ArrayList<>();
    private Optional<String> lastMta = Optional.empty();
    private String server = "";
    private String usedTls = "";

    Round(Transaction transaction, Patience patience) {
      this.transaction = transaction;
      this.patience = patience;
      this.deadline = Deadline.in(patience.whole());
      this.contentEnd = Deadline.in(patience.whole().minus(patience.finalReply()));
      this.results = new Result[transaction.recipients().size()];
    }

    List<Integer> open() {
      List<Integer> open = new ArrayList<>();
      for (int i = 0; i < results.length; i++) {
        if (results[i] == null) {
          open.add(i);
        }
      }
      return open;
    }

    /** Whether another server may be tried: a message must not be cut in its middle. */
    boolean hasTime() {
      return contentEnd.remaining().compareTo(patience.least()) >= 0;
    }

    void ask(Hop hop, int others) {
      if (!ask(hop, terms(others, false))) {
        ask(hop, terms(others, true));
      }
    }

    /**
     * One that stalls must not use up the time of those after it; once content flows, it may have
     * all that is left.
     */
    private ConnectionPool.Terms terms(int others, boolean fresh) {
      Duration share = contentEnd.remaining().dividedBy(Math.min(others, 3) + 1L);
      return new ConnectionPool.Terms(share, patience.finalReply(), deadline, fresh);
    }

    /**
     * Tells a server what it may take.
     *
     * @return false when the connection had been used before and was lost, and there is time for a
     *     fresh one: that says nothing of the server, which may only have waited long enough, or
     *     wants no more messages in one session
     */
    private boolean ask(Hop hop, ConnectionPool.Terms terms) {
      ConnectResult result = connections.take(hop, terms);
      Handshake.of(hop, result).ifPresent(handshakes::add);
      return switch (result) {
        case ConnectResult.TlsFailed failed -> refused(hop.peer(), failed.reply());
        case ConnectResult.NotConnected(SmtpReply reply) -> refused(hop.peer(), reply);
        case ConnectResult.Connected(SmtpConnection connection, var ignored) -> {
          boolean used = connection.transactions() > 0;
          int before = refusals.size();
          try {
            converse(connection, hop.tls().reason());
            boolean lost = used && !connection.isUsable() && !open().isEmpty();
            boolean again = lost && hasTime();
            if (again) {
              refusals.subList(before, refusals.size()).clear();
            }
            yield !again;
          } finally {
            connections.giveBack(hop, connection);
          }
        }
      };
    }

    private void converse(SmtpConnection connection, String policy) {
      server = connection.peer().toString();
      usedTls = policy.isEmpty() ? connection.tls() : connection.tls() + " (" + policy + ")";
      List<Integer> left = open();
      boolean goesOn = true;
      while (!left.isEmpty() && goesOn) {
        int most = Math.min(left.size(), connection.extensions().maxRecipients());
        List<Integer> next = transact(connection, left.subList(0, most));
        goesOn = next.size() < most && connection.isUsable();
        next.addAll(left.subList(most, left.size()));
        left = next;
      }
      if (left.stream().anyMatch(i -> results[i] == null)) {
        refused(connection.peer(), ENDED_EARLY);
      }
    }

    /**
     * Runs one transaction.
     *
     * @return those for whom it was too full: RFC 5321 section 4.5.3.1.10 wants another for them at
     *     once
     */
    private List<Integer> transact(SmtpConnection connection, List<Integer> some) {
      List<Integer> again = new ArrayList<>();
      List<Outcome> outcomes =
          connection.send(
              new Transaction(
                  transaction.sender(),
                  transaction.parameters(),
                  some.stream().map(transaction.recipients()::get).toList(),
                  transaction.content()));
      for (int i = 0; i < outcomes.size(); i++) {
        Outcome outcome = outcomes.get(i);
        if (outcome instanceof Outcome.Undecided(SmtpReply reply)) {
          refused(connection.peer(), reply);
        } else {
          results[some.get(i)] = new Result(outcome, Optional.of(connection.peer().host()));
        }
        if (outcome instanceof Outcome.Deferred(SmtpReply reply)
            && reply.code() == 452
            && reply.enhanced().equals("4.5.3")) {
          again.add(some.get(i));
        }
      }
      return again;
    }

    private boolean refused(Peer peer, SmtpReply reply) {
      refusals.add(reply);
      lastMta = Optional.of(peer.host());
      return true;
    }

    Delivery end() {
      // Every server said never: so be it. As long as one of them may think otherwise later, it is
      // temporary.
      boolean never = !refusals.isEmpty() && refusals.stream().allMatch(SmtpReply::isPermanent);
      SmtpReply last =
          refusals.stream()
              .filter(reply -> never || reply.isTransient())
              .reduce((first, second) -> second)
              .orElseGet(() -> SmtpReply.of(451, 4, 1, "no server was reached in time"));
      Outcome rest = never ? new Outcome.Failed(last) : new Outcome.Deferred(last);
      for (int i : open()) {
        results[i] = new Result(rest, lastMta);
      }
      return new Delivery(Arrays.asList(results), server, usedTls, handshakes);
    }
  }
}
