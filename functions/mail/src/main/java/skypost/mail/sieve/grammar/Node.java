package skypost.mail.sieve.grammar;

import java.util.List;
import java.util.Optional;

/**
 * A command or a test as it is written, not yet understood (RFC 5228 section 8.2).
 *
 * @param at where its name begins
 * @param name in lower case
 * @param arguments in their order
 * @param tests the tests given to it
 * @param testList whether they were written as a list in parentheses
 * @param block its block, where it has one; a test has none
 */
public record Node(
    Position at,
    String name,
    List<Argument> arguments,
    List<Node> tests,
    boolean testList,
    Optional<List<Node>> block) {
  public Node {
    arguments = List.copyOf(arguments);
    tests = List.copyOf(tests);
  }
}
