package skypost.mail.sieve;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.sieve.run.Action;
import skypost.protocol.address.EmailAddress;

/** An action as a JSON object. */
public final class ActionJson {
  private ActionJson() {}

  /** {@code {"type", …}}, with what the type has. */
  public static Map<String, Object> write(Action action) {
    Map<String, Object> written = new LinkedHashMap<>();
    switch (action) {
      case Action.Keep(List<String> flags) -> {
        written.put("type", "keep");
        written.put("mailbox", "INBOX");
        written.put("flags", flags);
      }
      case Action.FileInto(String mailbox, boolean _, List<String> flags) -> {
        written.put("type", "fileinto");
        written.put("mailbox", mailbox);
        written.put("flags", flags);
      }
      case Action.Redirect(EmailAddress address) -> {
        written.put("type", "redirect");
        written.put("address", address.toString());
      }
      case Action.Reject(String reason, boolean extended) -> {
        written.put("type", extended ? "ereject" : "reject");
        written.put("reason", reason);
      }
      case Action.Discard() -> written.put("type", "discard");
      case Action.Vacation(String reason, EmailAddress to) -> {
        written.put("type", "vacation");
        written.put("address", to.toString());
        written.put("reason", reason);
      }
    }
    return written;
  }
}
