package skypost.mail.report;

/** What came is no report, or one beyond the limits. The message is one line for a person. */
public final class MalformedReport extends Exception {
  private static final long serialVersionUID = 1L;

  MalformedReport(String message) {
    super(message);
  }

  MalformedReport(String message, Throwable cause) {
    super(message, cause);
  }
}
