package skypost.local;

import java.io.IOException;

/**
 * Why the local system does not start, in one line for the person who started it; the program then
 * exits with 2.
 */
final class CannotStart extends IOException {
  private static final long serialVersionUID = 1L;

  CannotStart(String reason) {
    super(reason);
  }

  CannotStart(String reason, Throwable cause) {
    super(reason, cause);
  }
}
