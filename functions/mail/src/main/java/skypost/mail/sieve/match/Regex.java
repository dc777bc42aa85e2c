package skypost.mail.sieve.match;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * {@code :regex} of draft-ietf-sieve-regex: finds the leftmost match, and of those the longest. All
 * ways through the expression are followed at once (Pike's machine), so the time is bounded by
 * length of text times size of expression, whatever they are.
 */
public final class Regex {
  private final RegexProgram program;

  private Regex(RegexProgram program) {
    this.program = program;
  }

  /** Reads an expression; small and capital letters are the same where the comparator says so. */
  public static Regex compile(String pattern, Collation collation) throws RegexException {
    RegexNode node = RegexParser.parse(pattern);
    return new Regex(RegexProgram.of(node, collation == Collation.ASCII_CASEMAP));
  }

  /** Searches a text; the whole of the captures is the part that matched. */
  public Optional<Captures> find(String text, Budget budget) {
    return new Search(text.codePoints().toArray(), budget).run();
  }

  /** A way through the expression: where it stands, and what it has passed. */
  private record Way(int step, int[] slots) {
    int start() {
      return slots[0];
    }
  }

  private final class Search {
    private final int[] text;
    private final Budget budget;
    private final int[] visitedAt = new int[program.size()];
    private List<Way> now = new ArrayList<>();
    private List<Way> next = new ArrayList<>();
    private int[] best; // the slots of the best match so far; null: none

    Search(int[] text, Budget budget) {
      this.text = text;
      this.budget = budget;
      Arrays.fill(visitedAt, -1);
    }

    Optional<Captures> run() {
      for (int at = 0; at <= text.length; at++) {
        // Ways that began earlier come first, and so they keep a step from those that come later
        List<Way> arrived = now;
        now = new ArrayList<>();
        for (Way way : arrived) {
          follow(way.step(), at, way.slots());
        }
        if (best == null) {
          int[] fresh = new int[program.slots()];
          Arrays.fill(fresh, -1);
          follow(0, at, fresh);
        } else if (now.isEmpty()) {
          break;
        }
        advance(at);
      }
      return best == null ? Optional.empty() : Optional.of(captures());
    }

    /** Takes the character at a place, in every way that can. */
    private void advance(int at) {
      next = new ArrayList<>();
      for (Way way : now) {
        budget.spend(1);
        boolean late = best != null && way.start() > best[0];
        if (!late
            && at < text.length
            && program.step(way.step()) instanceof RegexProgram.Step.One(CharacterSet of)
            && of.contains(text[at])) {
          next.add(new Way(way.step() + 1, way.slots()));
        }
      }
      now = next;
    }

    /** Goes on to every step that takes a character, or to the end. */
    private void follow(int step, int at, int[] slots) {
      if (visitedAt[step] == at) {
        return;
      }
      visitedAt[step] = at;
      budget.spend(1);
      switch (program.step(step)) {
        case RegexProgram.Step.One one -> now.add(new Way(step, slots));
        case RegexProgram.Step.Jump(int to) -> follow(to, at, slots);
        case RegexProgram.Step.Split(int first, int second) -> {
          follow(first, at, slots);
          follow(second, at, slots);
        }
        case RegexProgram.Step.Save(int slot) -> {
          int[] saved = slots.clone();
          saved[slot] = at;
          follow(step + 1, at, saved);
        }
        case RegexProgram.Step.At(RegexNode.Place place) -> {
          if (holds(place, at)) {
            follow(step + 1, at, slots);
          }
        }
        case RegexProgram.Step.Done() -> consider(slots);
      }
    }

    private void consider(int[] slots) {
      if (best == null || slots[0] < best[0] || (slots[0] == best[0] && slots[1] > best[1])) {
        best = slots;
      }
    }

    private boolean holds(RegexNode.Place place, int at) {
      boolean before = at > 0 && CharacterSet.isWord(text[at - 1]);
      boolean behind = at < text.length && CharacterSet.isWord(text[at]);
      return switch (place) {
        case START -> at == 0;
        case END -> at == text.length;
        case WORD_EDGE -> before != behind;
        case NO_WORD_EDGE -> before == behind;
        case WORD_START -> !before && behind;
        case WORD_END -> before && !behind;
      };
    }

    private Captures captures() {
      List<String> values = new ArrayList<>();
      for (int slot = 0; slot < best.length; slot += 2) {
        boolean took = best[slot] >= 0 && best[slot + 1] >= 0;
        values.add(took ? new String(text, best[slot], best[slot + 1] - best[slot]) : "");
      }
      return new Captures(values);
    }
  }
}
