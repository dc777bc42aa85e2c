package skypost.mail.authorize;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/** Which strangers have come before, remembered by all fronts together. */
public interface Greylist {
  /** Everybody passes. */
  Greylist EVERYBODY =
      new Greylist() {
        @Override
        public Optional<Instant> passesUntil(String key) {
          return Optional.of(Instant.MAX);
        }

        @Override
        public void pass(String key, Instant until) {
          // nothing to remember
        }

        @Override
        public Optional<Instant> firstSeen(String triplet) {
          return Optional.empty();
        }

        @Override
        public Instant see(String triplet, Instant now, Instant since, Instant expires) {
          return since;
        }
      };

  /** Until when whoever this key stands for passes; may be a moment old. */
  Optional<Instant> passesUntil(String key) throws IOException;

  /** Lets whoever this key stands for pass until then. */
  void pass(String key, Instant until) throws IOException;

  /** When a triplet came first; empty when it has not come. */
  Optional<Instant> firstSeen(String triplet) throws IOException;

  /**
   * Remembers that a triplet has come, however many say so at once.
   *
   * @param now when it came, if it has not come since {@code since}
   * @param expires until when that is to be remembered
   * @return when it came first since then
   */
  Instant see(String triplet, Instant now, Instant since, Instant expires) throws IOException;

  /** The same to look at, on which nothing leaves a trace. */
  default Greylist withoutTraces() {
    Greylist all = this;
    return new Greylist() {
      @Override
      public Optional<Instant> passesUntil(String key) throws IOException {
        return all.passesUntil(key);
      }

      @Override
      public void pass(String key, Instant until) {
        // only looked at
      }

      @Override
      public Optional<Instant> firstSeen(String triplet) throws IOException {
        return all.firstSeen(triplet);
      }

      @Override
      public Instant see(String triplet, Instant now, Instant since, Instant expires)
          throws IOException {
        return all.firstSeen(triplet).filter(first -> !first.isBefore(since)).orElse(now);
      }
    };
  }
}
