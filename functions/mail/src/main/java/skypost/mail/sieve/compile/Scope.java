package skypost.mail.sieve.compile;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import skypost.mail.sieve.grammar.Position;
import skypost.mail.sieve.grammar.ScriptError;
import skypost.mail.sieve.grammar.ScriptException;
import skypost.mail.sieve.script.Extension;

/** What holds for the rest of a script that is being compiled, and the mistakes found so far. */
final class Scope {
  private final Set<Extension> required = EnumSet.noneOf(Extension.class);
  private final List<ScriptError> errors = new ArrayList<>();
  private boolean deferring;

  void require(Position at, String capability) {
    if (!enable(capability)) {
      throw new ScriptException(at, "unknown extension \"" + capability + "\"");
    }
  }

  /** False when there is no such extension. */
  boolean enable(String capability) {
    Extension extension = Extension.of(capability).orElse(null);
    if (extension == null) {
      return false;
    }
    required.add(extension);
    if (extension == Extension.VACATION_SECONDS) {
      required.add(Extension.VACATION); // RFC 6131 section 2
    }
    return true;
  }

  /**
   * RFC 5463 section 4: what changes how strings are read must be known before they are, so ihave
   * cannot bring it.
   */
  boolean enableLate(String capability) {
    boolean changesStrings =
        capability.equals(Extension.VARIABLES.capability())
            || capability.equals(Extension.ENCODED_CHARACTER.capability());
    return changesStrings
        ? Extension.of(capability).map(this::has).orElse(false)
        : enable(capability);
  }

  boolean has(Extension extension) {
    return required.contains(extension);
  }

  /** RFC 5228 section 3.2: what an extension brings is unknown without a require. */
  void need(Extension extension, Position at, String what) {
    if (!has(extension)) {
      throw new ScriptException(at, what + " needs require \"" + extension.capability() + "\"");
    }
  }

  /**
   * RFC 5463 section 4: a script that asks for what we do not have may use it in places that are
   * never reached; from here on a mistake is one only when it is.
   */
  void deferErrors() {
    deferring = true;
  }

  boolean defersErrors() {
    return deferring;
  }

  void report(ScriptError error) {
    errors.add(error);
  }

  /** In the order of the script. */
  List<ScriptError> errors() {
    return errors.stream()
        .sorted(
            Comparator.comparingInt((ScriptError error) -> error.at().line())
                .thenComparingInt(error -> error.at().column()))
        .toList();
  }

  Set<Extension> required() {
    return Set.copyOf(required);
  }
}
