package skypost.mail.directory;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;

/** What primaries have said about recipients, for a time. */
public interface ProbedRecipients {
  /** What was said. */
  enum Standing {
    EXISTS,
    UNKNOWN
  }

  /**
   * What was said last.
   *
   * @param recipient as the sender wrote it: only the primary knows whether case matters to it (RFC
   *     5321 section 2.4)
   * @param now what was to be remembered until then, or less long, is forgotten
   */
  Optional<Standing> find(EmailAddress recipient, Instant now) throws IOException;

  /** Remembers what was said until a moment, of which whole seconds count. */
  void remember(EmailAddress recipient, Standing standing, Instant until) throws IOException;
}
