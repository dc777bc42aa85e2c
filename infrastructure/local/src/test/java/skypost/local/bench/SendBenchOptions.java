package skypost.local.bench;

import java.util.List;
import java.util.Set;

/**
 * What to measure of sending.
 *
 * @param senders by name
 * @param messages of a turn
 * @param sizes octets of a message
 * @param destinations numbers of domains that mail goes to
 * @param invocations of SendFunction at once
 * @param rounds how often each sender has its turn
 */
record SendBenchOptions(
    List<String> senders,
    int messages,
    List<Integer> sizes,
    List<Integer> destinations,
    int invocations,
    int rounds) {
  private static final Set<String> SENDERS = Set.of("function", "embedded", "postfix");

  /** Reads arguments. @throws IllegalArgumentException that says what is wrong with them */
  static SendBenchOptions parse(List<String> arguments) {
    Arguments given =
        Arguments.parse(
            arguments,
            Set.of(
                "--senders",
                "--messages",
                "--sizes",
                "--destinations",
                "--invocations",
                "--rounds"));
    List<String> senders = given.words("--senders", "function,embedded,postfix");
    if (!SENDERS.containsAll(senders)) {
      throw new IllegalArgumentException("--senders knows " + SENDERS);
    }
    return new SendBenchOptions(
        senders,
        given.number("--messages", 2000),
        given.sizes("--sizes", "4K,50K"),
        given.numbers("--destinations", "1,20"),
        given.number("--invocations", 8),
        given.number("--rounds", 3));
  }
}
