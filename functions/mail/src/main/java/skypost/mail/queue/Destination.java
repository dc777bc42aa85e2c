package skypost.mail.queue;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import skypost.mail.directory.SmartHost;
import skypost.protocol.smtp.SmtpReply;

/**
 * What all invocations know together of a destination that is in trouble, or was lately. Of one
 * that is well nothing is kept. Every step is pure; {@link Destinations} makes it count once.
 *
 * @param domain a domain in canonical form, or an address literal; or a smart host, as {@link
 *     #through} names it, for all mail that goes through it fails when it does
 * @param phase how it is
 * @param lease who sends to it in order now; nobody else does while it lasts
 * @param troubles the latest failures of the destination as such, oldest first, at most {@value
 *     #MAX_TROUBLES}
 * @param version of the item that it was read from; 0: none is there
 */
public record Destination(
    String domain, Phase phase, Optional<Lease> lease, List<Trouble> troubles, long version) {
  /** Failures that are remembered. */
  public static final int MAX_TROUBLES = 5;

  /** Messages at once to a destination that has come back, unless less is set. */
  public static final int MAX_WINDOW = 20;

  private static final int MAX_USERNAME = 200; // a DynamoDB sort key has 1,024 octets

  public Destination {
    troubles =
        List.copyOf(troubles.subList(Math.max(0, troubles.size() - MAX_TROUBLES), troubles.size()));
  }

  /** How a destination is. */
  public sealed interface Phase {
    /** Messages go as they are due. */
    record Healthy() implements Phase {}

    /**
     * None is tried before then, and then one alone.
     *
     * @param failures in a row
     */
    record Deferred(int failures, Instant until) implements Phase {}

    /**
     * It has come back, or shall be tried: who holds the lease sends what waits in the order of
     * arrival.
     *
     * @param window messages at once
     * @param after the last that was tried; empty: begin with the oldest
     */
    record Recovering(int window, Optional<EntryId> after) implements Phase {}
  }

  /**
   * @param holder an invocation's own name
   * @param until when it counts as dead
   */
  public record Lease(String holder, Instant until) {}

  /**
   * A failure of the destination as such.
   *
   * @param at when the attempt began
   * @param server the last one spoken to; empty when none was reached
   * @param reply its answer, or ours where it gave none
   * @param entry the message that was tried, when the server fell silent in its middle: that may be
   *     the message's fault
   */
  public record Trouble(Instant at, String server, SmtpReply reply, Optional<EntryId> entry) {}

  /** One of which nothing is known. */
  public static Destination healthy(String domain) {
    return new Destination(domain, new Phase.Healthy(), Optional.empty(), List.of(), 0);
  }

  /**
   * The name of a smart host among destinations: {@code host:port}, or {@code username@host:port},
   * since one of several accounts there may be refused.
   */
  public static String through(SmartHost host) {
    String server = host.server().toString().toLowerCase(Locale.ROOT);
    return host.login()
        .map(login -> login.username())
        .map(name -> name.substring(0, Math.min(name.length(), MAX_USERNAME)) + '@' + server)
        .orElse(server);
  }

  /**
   * Whether a name is that of a smart host: no domain bears a colon, and a literal has brackets.
   */
  public static boolean isSmartHost(String name) {
    return name.indexOf(':') >= 0 && !name.endsWith("]");
  }

  /** Whether somebody sends to it in order now. */
  public boolean isLeased(Instant now) {
    return lease.filter(held -> held.until().isAfter(now)).isPresent();
  }

  public Destination leased(Lease to) {
    return new Destination(domain, phase, Optional.of(to), troubles, version);
  }

  /** With nobody at it, so that the next may begin at once. */
  public Destination released() {
    return new Destination(domain, phase, Optional.empty(), troubles, version);
  }

  /** How often it has failed in a row, with another failure now. */
  public int failuresWithThis() {
    return phase instanceof Phase.Deferred(int failures, Instant until) ? failures + 1 : 1;
  }

  /** It has failed, and rests for a while. */
  public Destination failed(Trouble trouble, Instant now, Duration rest) {
    List<Trouble> with = new ArrayList<>(troubles);
    with.add(trouble);
    var deferred = new Phase.Deferred(failuresWithThis(), now.plus(rest));
    return new Destination(domain, deferred, Optional.empty(), with, version);
  }

  /** It took part in the dialogue: on with the next. */
  public Destination recovering(int window, Optional<EntryId> after) {
    return new Destination(
        domain,
        new Phase.Recovering(Math.clamp(window, 1, MAX_WINDOW), after),
        lease,
        troubles,
        version);
  }

  /** Nothing waits for it any more. */
  public Destination recovered() {
    return new Destination(domain, new Phase.Healthy(), Optional.empty(), troubles, version);
  }

  /** Why mail for it waits; empty: it need not. */
  public Optional<SmtpReply> reason() {
    String last = troubles.isEmpty() ? "" : " because of \"" + troubles.getLast().reply() + '"';
    return switch (phase) {
      case Phase.Healthy() -> Optional.empty();
      case Phase.Deferred(int failures, Instant until) ->
          Optional.of(waits(shown() + " deferred until " + until + last));
      case Phase.Recovering recovering ->
          Optional.of(waits(shown() + " is sent what waits for it in order" + last));
    };
  }

  /** Senders read this, and need not know as whom we log in. */
  private String shown() {
    return isSmartHost(domain)
        ? "smart host " + domain.substring(domain.lastIndexOf('@') + 1)
        : "destination " + domain;
  }

  private static SmtpReply waits(String text) {
    return SmtpReply.of(451, 4, 1, text); // RFC 3463 section 3.5: X.4.1, no answer from host
  }

  /** Whether it fell silent on this message lately. */
  public boolean fellSilentOn(EntryId entry) {
    return troubles.stream().anyMatch(trouble -> trouble.entry().equals(Optional.of(entry)));
  }
}
