package skypost.mail.queue;

import java.io.IOException;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import skypost.mail.json.Fields;
import skypost.protocol.address.EmailAddress;

/**
 * What SendFunction is told when it is woken for an entry: as much as it needs to put the entry off
 * without a look at it.
 *
 * @param entry which one
 * @param from the domain of its sender, on which its smart host may depend; {@code ""} for the null
 *     sender
 * @param due when it is due; empty: it has just been queued
 */
public record EntryWake(EntryId entry, String from, Optional<Instant> due) {
  /** For an entry as it is. */
  public static EntryWake of(QueueEntry entry, Optional<Instant> due) {
    return new EntryWake(entry.id(), entry.sender().map(EmailAddress::domain).orElse(""), due);
  }

  /**
   * Reads what {@link #fields} wrote.
   *
   * @throws IOException when it is no wake for an entry
   */
  public static EntryWake read(Fields wake) throws IOException {
    String text = wake.text("entry");
    return new EntryWake(
        EntryId.parse(text).orElseThrow(() -> new IOException("not an entry: " + text)),
        wake.text("from"),
        wake.has("due") ? Optional.of(Instant.ofEpochMilli(wake.number("due"))) : Optional.empty());
  }

  /** As SQS carries it. */
  public Map<String, Object> fields() {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("entry", entry.toString());
    fields.put("from", from);
    due.ifPresent(at -> fields.put("due", at.toEpochMilli()));
    return fields;
  }

  /** The same, for another time. */
  public EntryWake dueAt(Instant at) {
    return new EntryWake(entry, from, Optional.of(at));
  }
}
