package skypost.mail.sieve.script;

import java.util.List;
import java.util.Set;

/**
 * A script that has been checked: immutable, and safe to run any number of times at once.
 *
 * @param body its commands
 * @param extensions what it requires
 */
public record Script(List<Instruction> body, Set<Extension> extensions) {
  public Script {
    body = List.copyOf(body);
    extensions = Set.copyOf(extensions);
  }
}
