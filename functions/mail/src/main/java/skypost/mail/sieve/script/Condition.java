package skypost.mail.sieve.script;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import skypost.mail.sieve.grammar.Position;

/** A test (RFC 5228 section 5). */
public sealed interface Condition {
  record AllOf(List<Condition> all) implements Condition {
    public AllOf {
      all = List.copyOf(all);
    }
  }

  record AnyOf(List<Condition> any) implements Condition {
    public AnyOf {
      any = List.copyOf(any);
    }
  }

  record Not(Condition of) implements Condition {}

  record Constant(boolean value) implements Condition {}

  /** RFC 5228 section 5.1. */
  record Address(
      Position at, AddressPart part, Occurrence occurrence, List<Text> headers, Matching matching)
      implements Condition {}

  /** RFC 5228 section 5.4. */
  record Envelope(Position at, AddressPart part, List<Text> fields, Matching matching)
      implements Condition {}

  /** RFC 5228 section 5.5. */
  record Exists(Position at, List<Text> headers) implements Condition {}

  /** RFC 5228 section 5.7. */
  record Header(Position at, Occurrence occurrence, List<Text> headers, Matching matching)
      implements Condition {}

  /** RFC 5228 section 5.9. */
  record Size(boolean over, long octets) implements Condition {}

  /** RFC 5173. */
  record Body(Position at, Transform transform, Matching matching) implements Condition {}

  /** How the body is looked at (RFC 5173 section 5). */
  sealed interface Transform {
    record Raw() implements Transform {}

    record Content(List<Text> types) implements Transform {}

    record Readable() implements Transform {}
  }

  /** RFC 5232 section 4; without variables the internal one is meant. */
  record HasFlag(Position at, List<String> variables, Matching matching) implements Condition {}

  /** RFC 5229 section 5. */
  record Strings(Position at, List<Text> sources, Matching matching) implements Condition {}

  /** RFC 5260 section 4, or section 5 where there is no header. */
  record Date(
      Position at,
      Optional<Text> header,
      Occurrence occurrence,
      Zone zone,
      DatePart part,
      Matching matching)
      implements Condition {}

  /** The zone in which a date is told. */
  sealed interface Zone {
    record Ours() implements Zone {}

    record Original() implements Zone {}

    record Given(Text offset) implements Zone {}
  }

  /** RFC 5490 section 3.1. */
  record MailboxExists(Position at, List<Text> names) implements Condition {}

  /** RFC 5183. */
  record Environment(Position at, Text item, Matching matching) implements Condition {}

  /** RFC 7352. */
  record Duplicate(Position at, Tracked tracked, Text handle, OptionalLong seconds, boolean last)
      implements Condition {}

  /** What a duplicate is known by. */
  sealed interface Tracked {
    record Field(Text header) implements Tracked {}

    record Value(Text value) implements Tracked {}
  }
}
