package skypost.mail.sieve.run;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import skypost.mail.sieve.message.Header;
import skypost.mail.sieve.message.HeaderField;
import skypost.mail.sieve.message.MessageView;
import skypost.mail.sieve.script.Instruction;
import skypost.mail.sieve.script.Matching;

/** Adds header fields to the message and takes some away (RFC 5293). */
final class HeaderEdits {
  /** RFC 5293 section 6: nobody may hide where a message has been, or that a machine wrote it. */
  private static final Set<String> PROTECTED = Set.of("received", "auto-submitted");

  private static final Pattern BLANKS = Pattern.compile("\\s+");

  private final State state;
  private final MessageView view;
  private final Matches matches;
  private int added; // characters

  HeaderEdits(State state, MessageView view, Matches matches) {
    this.state = state;
    this.view = view;
    this.matches = matches;
  }

  void add(Instruction.AddHeader add) {
    String name = state.expand(add.name());
    if (!Header.isName(name)) {
      throw new RunException(add.at(), "this is no name of a header field");
    }
    String value = state.expand(add.value()).strip();
    added += name.length() + value.length();
    if (added > Limits.ADDED_HEADER) {
      throw new RunException(
          add.at(), "more than " + Limits.ADDED_HEADER + " characters of header fields added");
    }
    // RFC 5293 section 4: line breaks would end the field, or begin another. Control
    // characters may have come with the message: a sender must not make a script fail
    String line = oneLine(value).replaceAll("[\\p{Cntrl}&&[^\t]]", "?");
    view.edit(view.header().with(name, line, add.last()));
  }

  /** With a blank for blanks that have a line break among them. */
  private static String oneLine(String text) {
    return BLANKS
        .matcher(text)
        .replaceAll(run ->
            run.group().indexOf('\r') < 0 && run.group().indexOf('\n') < 0 ? run.group() : " ");
  }

  void delete(Instruction.DeleteHeader delete) {
    String name = state.expand(delete.name());
    if (!Header.isName(name)) {
      throw new RunException(delete.at(), "this is no name of a header field");
    }
    if (PROTECTED.contains(name.toLowerCase(Locale.ROOT))) {
      return; // RFC 5293 section 6: silently
    }
    Matching matching = delete.matching();
    List<HeaderField> candidates = delete.occurrence().of(view.header().all(name));
    List<HeaderField> gone = candidates;
    if (matching.type() instanceof Matching.Type.Count) {
      // As the header test counts: all that are meant, and so all go or none
      List<String> values = candidates.stream().map(HeaderField::text).toList();
      gone = matches.anySilently(delete.at(), matching, values) ? candidates : List.of();
    } else if (!matching.keys().isEmpty()) {
      gone =
          candidates.stream()
              .filter(field -> matches.anySilently(delete.at(), matching, List.of(field.text())))
              .toList();
    }
    if (!gone.isEmpty()) {
      view.edit(view.header().without(gone));
    }
  }
}
