package skypost.mail.sieve.run;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.message.Flags;
import skypost.mail.sieve.grammar.Position;
import skypost.mail.sieve.grammar.ScriptError;
import skypost.mail.sieve.match.Budget;
import skypost.mail.sieve.message.Message;
import skypost.mail.sieve.message.MessageView;
import skypost.mail.sieve.message.Names;
import skypost.mail.sieve.run.RunResult.Executed;
import skypost.mail.sieve.script.Instruction;
import skypost.mail.sieve.script.Script;
import skypost.mail.sieve.script.Text;
import skypost.protocol.address.EmailAddress;

/** Runs a script over a message. Nothing is done by it: what is to be done is its result. */
public final class SieveRun {
  private final Situation situation;
  private final MessageView view;
  private final Message original;
  private final State state = new State(new Budget(Limits.STEPS));
  private final Ledger ledger;
  private final Tests tests;
  private final HeaderEdits edits;
  private final Vacations vacations;
  private final List<Outgoing> replies = new ArrayList<>();
  private Position at = new Position(1, 1); // of the command that runs

  private SieveRun(Situation situation, Memory memory) throws IOException {
    this.situation = situation;
    this.view = new MessageView(situation.message());
    this.original = view.message();
    this.ledger = new Ledger(view, situation, memory);
    this.tests = new Tests(state, view, situation, ledger);
    this.edits = new HeaderEdits(state, view, tests.matches());
    this.vacations = new Vacations(state, view, situation, ledger);
  }

  /**
   * Runs.
   *
   * @throws IOException when the message or the memory cannot be read now; the run may be repeated
   */
  public static RunResult run(Script script, Situation situation, Memory memory)
      throws IOException {
    SieveRun run = new SieveRun(situation, memory);
    ScriptError error;
    try {
      run.block(script.body());
      return run.result();
    } catch (UncheckedIOException fault) {
      throw fault.getCause();
    } catch (RunException wrong) {
      error = wrong.error();
    } catch (Budget.Spent spent) {
      error = new ScriptError(run.at, spent.getMessage());
    }
    // RFC 5228 section 2.10.6: whatever goes wrong, the message is kept
    Executed kept = new Executed(new Action.Keep(List.of()), run.original, true);
    return new RunResult(List.of(kept), List.of(), run.original, Optional.of(error), List.of());
  }

  private RunResult result() {
    List<Executed> actions = ledger.close(view.message(), Flags.spelled(state.flags()));
    return new RunResult(actions, sent(actions), view.message(), Optional.empty(), ledger.marks());
  }

  private List<Outgoing> sent(List<Executed> actions) {
    List<Outgoing> sent = new ArrayList<>();
    int reply = 0;
    for (Executed executed : actions) {
      switch (executed.action()) {
        case Action.Redirect(EmailAddress address) ->
            sent.add(Redirects.outgoing(situation, address, executed.message()));
        case Action.Reject reject -> // RFC 5293 section 7: without what the script edited
            new Rejection(situation, reject).outgoing(original).ifPresent(sent::add);
        case Action.Vacation _ -> sent.add(replies.get(reply++));
        case Action.Keep _, Action.FileInto _, Action.Discard _ -> {}
      }
    }
    return sent;
  }

  /** False when the script has been stopped. */
  private boolean block(List<Instruction> instructions) {
    for (Instruction instruction : instructions) {
      if (!step(instruction)) {
        return false;
      }
    }
    return true;
  }

  private boolean step(Instruction instruction) {
    at = instruction.at();
    state.budget().spend(1);
    switch (instruction) {
      case Instruction.Stop _ -> {
        return false;
      }
      case Instruction.If test -> {
        return conditional(test);
      }
      case Instruction.Fail(Position place, Text message) ->
          throw new RunException(place, state.expand(message));
      case Instruction.Keep keep -> {
        ledger.cancelImplicitKeep();
        ledger.file(at, new Action.Keep(flags(keep.flags())));
      }
      case Instruction.Discard _ -> {
        ledger.cancelImplicitKeep();
        ledger.discard(at);
      }
      case Instruction.FileInto into -> fileInto(into);
      case Instruction.Redirect redirect -> redirect(redirect);
      case Instruction.Reject(Position _, Text reason, boolean extended) -> {
        ledger.cancelImplicitKeep();
        ledger.reject(at, new Action.Reject(state.expand(reason), extended));
      }
      case Instruction.SetVariable set ->
          state.set(at, set.name(), set.modifiers(), state.expand(set.value()));
      case Instruction.ChangeFlags change ->
          state.change(at, change.change(), change.variable(), state.expand(change.flags()));
      case Instruction.Vacation vacation -> vacations.reply(vacation).ifPresent(replies::add);
      case Instruction.AddHeader add -> edits.add(add);
      case Instruction.DeleteHeader delete -> edits.delete(delete);
    }
    return true;
  }

  private boolean conditional(Instruction.If test) {
    for (Instruction.Branch branch : test.branches()) {
      if (tests.holds(branch.condition())) {
        return block(branch.body());
      }
    }
    return block(test.otherwise());
  }

  private void fileInto(Instruction.FileInto into) {
    String mailbox = Names.mailbox(state.expand(into.mailbox()));
    if (!Names.isMailbox(mailbox)) {
      throw new RunException(at, "\"" + shown(mailbox) + "\" is no name of a mailbox");
    }
    if (!into.create() && !ledger.hasMailbox(mailbox)) {
      throw new RunException(at, "there is no mailbox \"" + shown(mailbox) + "\"");
    }
    if (!into.copy()) { // RFC 3894 section 3
      ledger.cancelImplicitKeep();
    }
    ledger.file(at, new Action.FileInto(mailbox, into.create(), flags(into.flags())));
  }

  private void redirect(Instruction.Redirect redirect) {
    String text = state.expand(redirect.address());
    EmailAddress address =
        Names.address(text)
            .orElseThrow(() -> new RunException(at, "\"" + shown(text) + "\" is no mail address"));
    Redirects.checkLoop(at, situation, view.header());
    if (!redirect.copy()) {
      ledger.cancelImplicitKeep();
    }
    ledger.redirect(at, new Action.Redirect(address));
  }

  private List<String> flags(Optional<List<Text>> given) {
    List<String> flags = given.map(texts -> Flags.of(state.expand(texts))).orElseGet(state::flags);
    return Flags.spelled(flags);
  }

  private static String shown(String text) {
    String line = text.replaceAll("\\p{Cntrl}", "?");
    return line.length() > 100 ? line.substring(0, 100) + "…" : line;
  }
}
