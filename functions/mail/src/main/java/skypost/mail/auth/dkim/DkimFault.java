package skypost.mail.auth.dkim;

/** Ends the verification of one signature with a result. */
public final class DkimFault extends Exception {
  private static final long serialVersionUID = 1L;

  private final transient DkimResult result;

  private DkimFault(DkimResult result) {
    super(result.why(), null, false, false); // it is control flow: no stack trace
    this.result = result;
  }

  static DkimFault permanent(String reason) {
    return new DkimFault(new DkimResult.PermError(reason));
  }

  static DkimFault of(DkimResult result) {
    return new DkimFault(result);
  }

  /** What came of the signature. */
  public DkimResult result() {
    return result;
  }
}
