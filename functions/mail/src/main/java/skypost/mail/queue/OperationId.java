package skypost.mail.queue;

import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;
import skypost.mail.message.MessageId;

/** The id of one operation on many entries: in form a {@link MessageId}, so it tells its time. */
public record OperationId(String value) {
  public static OperationId at(Instant at, RandomGenerator random) {
    return new OperationId(MessageId.at(at, random).value());
  }

  /** Reads an id that came from outside. */
  public static Optional<OperationId> parse(String text) {
    return MessageId.parse(text).map(id -> new OperationId(id.value()));
  }

  /** Who it says has stepped into an entry. */
  public String actor() {
    return "operation " + value;
  }

  @Override
  public String toString() {
    return value;
  }
}
