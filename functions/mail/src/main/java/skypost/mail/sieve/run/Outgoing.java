package skypost.mail.sieve.run;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import skypost.mail.sieve.message.Message;
import skypost.protocol.address.EmailAddress;

/**
 * A message that a script sends.
 *
 * @param from the reverse-path; empty: null
 * @param to the only recipient
 * @param content the message
 */
public record Outgoing(Optional<EmailAddress> from, EmailAddress to, Content content) {
  /** What is sent. */
  public sealed interface Content {
    /** The message that came in, perhaps edited; it may be large. */
    record Forwarded(Message message) implements Content {}

    /** One that was made here. */
    record Composed(byte[] octets) implements Content {}
  }

  /** The message's octets; the caller closes it. */
  public InputStream open() throws IOException {
    return switch (content) {
      case Content.Forwarded(Message message) -> message.open();
      case Content.Composed(byte[] octets) -> new ByteArrayInputStream(octets);
    };
  }
}
