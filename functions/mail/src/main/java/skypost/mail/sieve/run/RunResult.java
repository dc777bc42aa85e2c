package skypost.mail.sieve.run;

import java.util.List;
import java.util.Optional;
import skypost.mail.sieve.grammar.ScriptError;
import skypost.mail.sieve.message.Message;

/**
 * What a run came to; nothing of it is done yet.
 *
 * @param actions in the order of execution, at least one
 * @param sent what is to be sent, in the order of the actions that send
 * @param message the message at the end, as edited
 * @param error why the run broke off; then the only action is to keep the message as it came
 * @param marks what is to be remembered when all is done
 */
public record RunResult(
    List<Executed> actions,
    List<Outgoing> sent,
    Message message,
    Optional<ScriptError> error,
    List<Memory.Mark> marks) {
  public RunResult {
    actions = List.copyOf(actions);
    sent = List.copyOf(sent);
    marks = List.copyOf(marks);
  }

  /**
   * An action.
   *
   * @param action what
   * @param message the message as it was then (RFC 5293 section 7)
   * @param implicit whether it is the keep that is done where the script says nothing else (RFC
   *     5228 section 2.10.2)
   */
  public record Executed(Action action, Message message, boolean implicit) {
    /** One that the script asks for. */
    public Executed(Action action, Message message) {
      this(action, message, false);
    }
  }
}
