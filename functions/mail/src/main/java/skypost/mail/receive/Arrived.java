package skypost.mail.receive;

import java.io.IOException;
import java.io.InputStream;
import skypost.mail.message.Envelope;
import skypost.mail.message.HeaderBlock;
import skypost.mail.message.MessageId;
import skypost.mail.message.MessageSource;
import skypost.mail.verify.Verification;

/**
 * A message that is being dealt with.
 *
 * @param source the message as it came
 * @param content the message with what is said of its sender
 * @param results what is said of its sender, packed
 * @param headers the beginning of {@code source}
 */
record Arrived(
    MessageId id,
    Envelope envelope,
    MessageSource source,
    MessageSource content,
    Verification verification,
    String results,
    byte[] headers) {
  static Arrived of(
      MessageId id, Envelope envelope, MessageSource source, Verification verification)
      throws IOException {
    try (InputStream beginning = source.open()) {
      return new Arrived(
          id,
          envelope,
          source,
          verification.results().render(source),
          verification,
          verification.results().pack(envelope),
          HeaderBlock.read(beginning));
    }
  }

  String subject() {
    return HeaderBlock.subject(headers);
  }
}
