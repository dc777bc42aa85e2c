package skypost.mail.queue;

import java.util.Optional;
import skypost.mail.message.MessageId;

/**
 * One entry of the outbound queue: the recipients of one message at one destination.
 *
 * @param message the message
 * @param destination a recipient domain, or an address literal
 * @param part 0, and more when the message has more recipients there than one transaction takes
 */
public record EntryId(MessageId message, String destination, int part) {
  /**
   * Recipients of one entry, which are those of one SMTP transaction (RFC 5321 section 4.5.3.1.8).
   */
  public static final int MAX_RECIPIENTS = 100;

  /** Reads what {@link #toString()} wrote. */
  public static Optional<EntryId> parse(String text) {
    String[] parts = text.split("~", -1);
    if (parts.length != 3 || parts[1].isEmpty() || !parts[2].matches("\\d{1,4}")) {
      return Optional.empty();
    }
    return MessageId.parse(parts[0])
        .map(id -> new EntryId(id, parts[1], Integer.parseInt(parts[2])));
  }

  /** How the entry is called among the holders of a body that several share. */
  public String bodyHolder() {
    return "queue:" + this;
  }

  /** {@code message~destination~part}: unreserved in a URL, and no domain bears a tilde. */
  @Override
  public String toString() {
    return message + "~" + destination + "~" + part;
  }
}
