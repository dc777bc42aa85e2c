package skypost.mail.directory;

import java.io.IOException;
import java.time.Instant;
import java.util.Optional;

/**
 * Our passwords at smart hosts, kept apart from the relay settings, which only name them: the
 * administration writes them and never reads them, and only sending reads them. What is under an id
 * never changes, so whoever has read it may keep it; a new password has a new id.
 */
public interface SmartHostPasswords {
  /** A password by its id, at once after it was put. */
  Optional<String> find(String id) throws IOException;

  /**
   * Keeps a password.
   *
   * @param id a new one
   */
  void put(String id, String password) throws IOException;

  /**
   * Forgets a password, but not at once: mail may be on its way by settings that were read a moment
   * ago. Nothing happens when it is not there.
   *
   * @param after until then it is still found
   */
  void forget(String id, Instant after) throws IOException;
}
