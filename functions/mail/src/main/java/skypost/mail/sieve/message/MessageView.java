package skypost.mail.sieve.message;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;

/**
 * A message while a script runs over it: the header section as it is now, the body read when it is
 * first asked for, and once. Used by one run only.
 */
public final class MessageView {
  private Message message;
  private String raw;
  private List<BodyPart> parts;

  /** Reads the header section. */
  public MessageView(MessageSource source) throws IOException {
    message = Message.read(source);
  }

  /** As it is now. */
  public Message message() {
    return message;
  }

  public Header header() {
    return message.header();
  }

  /** The header section is another from now on. */
  public void edit(Header changed) {
    message = message.with(changed);
  }

  /** Octets as it came. */
  public long size() {
    return message.source().size();
  }

  /**
   * The body without any decoding.
   *
   * @throws UncheckedIOException when it cannot be read now
   */
  public String rawBody() {
    if (raw == null) {
      try {
        raw = BodyReader.raw(message);
      } catch (IOException fault) {
        throw new UncheckedIOException(fault);
      }
    }
    return raw;
  }

  /**
   * The body's parts, decoded.
   *
   * @throws UncheckedIOException when it cannot be read now
   */
  public List<BodyPart> parts() {
    if (parts == null) {
      try {
        parts = BodyReader.parts(message);
      } catch (IOException fault) {
        throw new UncheckedIOException(fault);
      }
    }
    return parts;
  }
}
