package skypost.mail.archive;

import java.io.IOException;

/** The archive is none, or is broken so that the next message cannot be found. */
public final class BrokenArchiveException extends IOException {
  private static final long serialVersionUID = 1L;

  /**
   * @param why for a person
   */
  public BrokenArchiveException(String why) {
    super(why);
  }

  public BrokenArchiveException(String why, Throwable cause) {
    super(why, cause);
  }
}
