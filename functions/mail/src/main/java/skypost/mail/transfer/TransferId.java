package skypost.mail.transfer;

import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import skypost.mail.message.MessageId;

/** The id of an export or import: in form a {@link MessageId}, so it tells its time. */
public record TransferId(String value) {
  public static TransferId at(Instant at, RandomGenerator random) {
    return new TransferId(MessageId.at(at, random).value());
  }

  /** Reads an id that came from outside. */
  public static Optional<TransferId> parse(String text) {
    return MessageId.parse(text).map(id -> new TransferId(id.value()));
  }

  @Override
  public String toString() {
    return value;
  }
}
