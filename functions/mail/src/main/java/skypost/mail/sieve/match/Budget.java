package skypost.mail.sieve.match;

/**
 * How much a run may still compute, in steps: comparing a character is one, as is a command. Steps
 * and not time, so that a script ends in the same way on every machine.
 */
public final class Budget {
  private long steps;

  public Budget(long steps) {
    this.steps = steps;
  }

  /**
   * Takes steps.
   *
   * @throws Spent when there are not as many
   */
  public void spend(long count) {
    steps -= count;
    if (steps < 0) {
      throw new Spent();
    }
  }

  /** The budget is used up; the script is at fault. */
  public static final class Spent extends RuntimeException {
    Spent() {
      super("the script computes too much", null, false, false);
    }
  }
}
