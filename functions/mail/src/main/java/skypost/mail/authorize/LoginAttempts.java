package skypost.mail.authorize;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Failed logins, remembered by all fronts together. Each failure costs time, which is owed from
 * then on and paid by waiting; so one instant tells how much somebody has guessed lately (the
 * generic cell rate algorithm of ITU-T I.371).
 */
public interface LoginAttempts {
  /** The most that can be owed: what comes on top is forgotten. */
  Duration MOST = Duration.ofHours(24);

  /**
   * What is owed under a key.
   *
   * @param until when it is paid; in the past when nothing is owed
   * @param wrong fingerprints of the last wrong passwords, oldest first
   */
  record Debt(Instant until, List<String> wrong) {
    public static final Debt NONE = new Debt(Instant.EPOCH, List.of());

    public Debt {
      wrong = List.copyOf(wrong);
    }
  }

  /** What is owed under each key, in their order; may be a moment old. */
  List<Debt> owed(List<String> keys) throws IOException;

  /**
   * Adds to what is owed, however many do so at once.
   *
   * @param wrong fingerprints to keep from now on
   */
  void charge(String key, Duration cost, List<String> wrong, Instant now) throws IOException;
}
