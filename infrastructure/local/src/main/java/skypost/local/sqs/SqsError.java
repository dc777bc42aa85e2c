package skypost.local.sqs;

/**
 * An answer that says what was wrong with a request; its type is the SDK's exception without the
 * word.
 */
final class SqsError extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final String type;
  private final String queryCode;

  private SqsError(String type, String queryCode, String message) {
    super(message, null, false, false);
    this.type = type;
    this.queryCode = queryCode;
  }

  static SqsError noSuchQueue() {
    return new SqsError(
        "QueueDoesNotExist",
        "AWS.SimpleQueueService.NonExistentQueue",
        "The specified queue does not exist.");
  }

  static SqsError queueExists(String name) {
    return new SqsError(
        "QueueNameExists",
        "QueueAlreadyExists",
        "A queue already exists with the same name and other attributes: " + name);
  }

  static SqsError invalid(String message) {
    return new SqsError("InvalidParameterValueException", "InvalidParameterValue", message);
  }

  static SqsError missing(String parameter) {
    return new SqsError(
        "MissingRequiredParameterException",
        "MissingParameter",
        "The request must contain the parameter " + parameter + ".");
  }

  static SqsError badHandle() {
    return new SqsError(
        "ReceiptHandleIsInvalid", "ReceiptHandleIsInvalid", "The input receipt handle is invalid.");
  }

  static SqsError notInFlight() {
    return new SqsError(
        "MessageNotInflight",
        "AWS.SimpleQueueService.MessageNotInflight",
        "The message referred to isn't in flight.");
  }

  static SqsError badBatch(String type, String message) {
    return new SqsError(type, "AWS.SimpleQueueService." + type, message);
  }

  static SqsError unsupported(String action) {
    return new SqsError(
        "UnsupportedOperation",
        "AWS.SimpleQueueService.UnsupportedOperation",
        "Not served here: " + action);
  }

  String type() {
    return type;
  }

  /** What the older query protocol called it; SDKs still read it. */
  String queryCode() {
    return queryCode;
  }
}
