package skypost.mail.queue;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.directory.HostPort;

/**
 * What an administrator has done to an entry of the outbound queue.
 *
 * @param route the server that the entry goes to, whatever its domain says; empty: the usual way
 * @param steps the latest that were taken, oldest first, at most {@value #MAX_STEPS_KEPT}
 */
public record ByHand(Optional<HostPort> route, List<Step> steps) {
  /** Nothing. */
  public static final ByHand NOTHING = new ByHand(Optional.empty(), List.of());

  /** Steps an entry remembers. */
  public static final int MAX_STEPS_KEPT = 20;

  /** Who steps in through the API. */
  public static final String API = "api";

  public ByHand {
    steps = List.copyOf(steps.subList(Math.max(0, steps.size() - MAX_STEPS_KEPT), steps.size()));
  }

  /** What was done. */
  public enum What {
    RETRIED,
    HELD,
    RELEASED,
    REROUTED,
    REMOVED
  }

  /**
   * One step.
   *
   * @param at when, to the millisecond
   * @param by who: {@value #API}, or {@code operation <id>}
   * @param detail the server of a reroute, {@code bounce} of a removal that is told to the sender;
   *     empty for the rest
   */
  public record Step(Instant at, What what, String by, String detail) {}

  public ByHand with(Step step) {
    List<Step> all = new ArrayList<>(steps);
    all.add(step);
    return new ByHand(route, all);
  }

  public ByHand withRoute(Optional<HostPort> server) {
    return new ByHand(server, steps);
  }

  public Optional<Step> last() {
    return steps.isEmpty() ? Optional.empty() : Optional.of(steps.getLast());
  }

  /** Whether this one has stepped in already. */
  public boolean hasStepOf(String by) {
    return steps.stream().anyMatch(step -> step.by().equals(by));
  }
}
