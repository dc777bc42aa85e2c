package skypost.mail.sieve.match;

import java.util.ArrayList;
import java.util.List;

/** A regular expression as steps of a small machine (Thompson's construction). */
final class RegexProgram {
  private static final int MAX_STEPS = 4000;

  /** A step; targets are indices of steps. */
  sealed interface Step {
    record One(CharacterSet of) implements Step {}

    record Split(int first, int second) implements Step {}

    record Jump(int to) implements Step {}

    record Save(int slot) implements Step {}

    record At(RegexNode.Place place) implements Step {}

    record Done() implements Step {}
  }

  private final List<Step> steps = new ArrayList<>();
  private final boolean caseless;
  private int groups;

  private RegexProgram(boolean caseless) {
    this.caseless = caseless;
  }

  static RegexProgram of(RegexNode node, boolean caseless) throws RegexException {
    RegexProgram program = new RegexProgram(caseless);
    program.add(new Step.Save(0));
    program.compile(node);
    program.add(new Step.Save(1));
    program.add(new Step.Done());
    return program;
  }

  Step step(int index) {
    return steps.get(index);
  }

  int size() {
    return steps.size();
  }

  /** Two for the whole, and two for each group. */
  int slots() {
    return 2 * (groups + 1);
  }

  private void compile(RegexNode node) throws RegexException {
    switch (node) {
      case RegexNode.Empty() -> {}
      case RegexNode.One(CharacterSet of) -> add(new Step.One(caseless ? of.caseless() : of));
      case RegexNode.At(RegexNode.Place place) -> add(new Step.At(place));
      case RegexNode.Sequence(List<RegexNode> parts) -> {
        for (RegexNode part : parts) {
          compile(part);
        }
      }
      case RegexNode.Group(RegexNode of, int number) -> {
        groups = Math.max(groups, number);
        add(new Step.Save(2 * number));
        compile(of);
        add(new Step.Save(2 * number + 1));
      }
      case RegexNode.Choice(List<RegexNode> of) -> choice(of);
      case RegexNode.Repeat(RegexNode of, int min, int max) -> repeat(of, min, max);
    }
  }

  private void choice(List<RegexNode> of) throws RegexException {
    List<Integer> exits = new ArrayList<>();
    for (int i = 0; i < of.size() - 1; i++) {
      int split = add(new Step.Done());
      compile(of.get(i));
      exits.add(add(new Step.Done()));
      steps.set(split, new Step.Split(split + 1, steps.size()));
    }
    compile(of.getLast());
    exits.forEach(exit -> steps.set(exit, new Step.Jump(steps.size())));
  }

  private void repeat(RegexNode of, int min, int max) throws RegexException {
    for (int i = 0; i < min; i++) {
      compile(of);
    }
    if (max == RegexNode.UNLIMITED) {
      int split = add(new Step.Done());
      compile(of);
      add(new Step.Jump(split));
      steps.set(split, new Step.Split(split + 1, steps.size()));
      return;
    }
    List<Integer> splits = new ArrayList<>();
    for (int i = min; i < max; i++) {
      splits.add(add(new Step.Done()));
      compile(of);
    }
    splits.forEach(split -> steps.set(split, new Step.Split(split + 1, steps.size())));
  }

  private int add(Step step) throws RegexException {
    if (steps.size() >= MAX_STEPS) {
      throw new RegexException("the regular expression is too large");
    }
    steps.add(step);
    return steps.size() - 1;
  }
}
