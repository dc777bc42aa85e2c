package skypost.mail.auth.spf;

/** Ends a check from within: an error anywhere, however deep in includes, is its result. */
final class SpfFault extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient SpfResult result;

  private SpfFault(SpfResult result) {
    super(result.code(), null, false, false); // it is control flow: no stack trace
    this.result = result;
  }

  static SpfFault temporary(String reason) {
    return new SpfFault(new SpfResult.TempError(reason));
  }

  static SpfFault permanent(String reason) {
    return new SpfFault(new SpfResult.PermError(reason));
  }

  SpfResult result() {
    return result;
  }
}
