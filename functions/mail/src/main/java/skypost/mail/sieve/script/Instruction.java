package skypost.mail.sieve.script;

import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import skypost.mail.sieve.grammar.Position;

/** A command that has been understood (RFC 5228 sections 3 and 4). */
public sealed interface Instruction {
  Position at();

  /** RFC 5228 section 3.1: the first branch whose condition is true, or else the last block. */
  record If(Position at, List<Branch> branches, List<Instruction> otherwise)
      implements Instruction {
    public If {
      branches = List.copyOf(branches);
      otherwise = List.copyOf(otherwise);
    }
  }

  /** A condition and what is done when it holds. */
  record Branch(Condition condition, List<Instruction> body) {
    public Branch {
      body = List.copyOf(body);
    }
  }

  record Stop(Position at) implements Instruction {}

  /** RFC 5463 section 5: ends the script as a runtime error does. */
  record Fail(Position at, Text message) implements Instruction {}

  /** {@code :flags} of RFC 5232; without it the internal variable is taken. */
  record Keep(Position at, Optional<List<Text>> flags) implements Instruction {}

  record Discard(Position at) implements Instruction {}

  /** {@code :copy} of RFC 3894, {@code :create} of RFC 5490. */
  record FileInto(
      Position at, Text mailbox, boolean copy, boolean create, Optional<List<Text>> flags)
      implements Instruction {}

  record Redirect(Position at, Text address, boolean copy) implements Instruction {}

  /** RFC 5429; {@code extended}: ereject. */
  record Reject(Position at, Text reason, boolean extended) implements Instruction {}

  /** RFC 5229 section 4; modifiers in the order in which they are applied. */
  record SetVariable(Position at, String name, List<Modifier> modifiers, Text value)
      implements Instruction {}

  /** RFC 5232 section 3; without a variable the internal one is meant. */
  record ChangeFlags(Position at, FlagChange change, Optional<String> variable, List<Text> flags)
      implements Instruction {}

  enum FlagChange {
    SET,
    ADD,
    REMOVE
  }

  /**
   * RFC 5230.
   *
   * @param seconds the shortest time between two replies to one sender; empty: the usual
   */
  record Vacation(
      Position at,
      OptionalLong seconds,
      Optional<Text> subject,
      Optional<Text> from,
      List<Text> addresses,
      boolean mime,
      Optional<Text> handle,
      Text reason)
      implements Instruction {}

  /** RFC 5293 section 4. */
  record AddHeader(Position at, boolean last, Text name, Text value) implements Instruction {}

  /** RFC 5293 section 5; a matching without keys takes every value. */
  record DeleteHeader(Position at, Occurrence occurrence, Text name, Matching matching)
      implements Instruction {}
}
