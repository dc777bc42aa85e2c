package skypost.mail.archive;

import java.io.IOException;

/**
 * The archive could not be read now: its octets are where they were, and it is worth another try.
 */
public final class SourceFaultException extends IOException {
  private static final long serialVersionUID = 1L;

  public SourceFaultException(IOException cause) {
    super(cause);
  }
}
