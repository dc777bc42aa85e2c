package skypost.mail.sieve.message;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Optional;
import skypost.mail.message.MessageSource;

/**
 * A message while a script runs over it: the header section as it is now, the body read when it is
 * first asked for, and once. Used by one run only.
 */
public final class MessageView {
  private Message message;
  private String raw;
  private List<BodyPart> parts;
  private List<String> readable;

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

  /** Octets as it is now. */
  public long size() {
    return message.size();
  }

  /**
   * The body without any decoding; empty where there is none.
   *
   * @throws UncheckedIOException when it cannot be read now
   */
  public Optional<String> rawBody() {
    if (!message.hasBody()) {
      return Optional.empty();
    }
    if (raw == null) {
      try {
        raw = BodyReader.raw(message);
      } catch (IOException fault) {
        throw new UncheckedIOException(fault);
      }
    }
    return Optional.of(raw);
  }

  /**
   * The body's parts, decoded.
   *
   * @throws UncheckedIOException when it cannot be read now
   */
  public List<BodyPart> parts() {
    if (!message.hasBody()) {
      return List.of();
    }
    if (parts == null) {
      try {
        parts = BodyReader.parts(message);
      } catch (IOException fault) {
        throw new UncheckedIOException(fault);
      }
    }
    return parts;
  }

  /**
   * The texts for people among the parts, without markup.
   *
   * @throws UncheckedIOException when the body cannot be read now
   */
  public List<String> readable() {
    if (readable == null) {
      readable = parts().stream().filter(BodyPart::isText).map(BodyPart::readable).toList();
    }
    return readable;
  }
}
