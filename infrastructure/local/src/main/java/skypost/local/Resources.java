package skypost.local;

import java.time.Duration;
import java.util.List;
import java.util.Map;

/**
 * What the functions work on.
 *
 * @param queues by name
 */
record Resources(Map<String, Queue> queues) {
  /** The region that they claim to be in. */
  static final String REGION = "us-east-1";

  static final String BUCKET = "skypost-mail";
  static final String INCOMING_PREFIX = "incoming/";

  static final String INCOMING = "skypost-incoming";
  static final String OUTBOUND = "skypost-outbound";
  static final String TRANSFERS = "skypost-transfers";

  static final String DIRECTORY = "skypost-directory";
  static final String CREDENTIALS = "skypost-credentials";
  static final String MAILBOXES = "skypost-mailboxes";
  static final String MESSAGES = "skypost-messages";

  /**
   * Tables whose items have an end: receipts and done entries; pages of removed messages; what
   * primaries said of recipients; failed logins.
   */
  static final List<String> EXPIRING = List.of(MESSAGES, MAILBOXES, DIRECTORY, CREDENTIALS);

  /** The attribute of a message's items that says in seconds since 1970 when they may go. */
  static final String EXPIRES = "expires";

  /** How often a message is received before it goes to the dead-letter queue. */
  static final int MAX_RECEIVE_COUNT = 5;

  /** What SQS keeps at most. */
  static final Duration RETENTION = Duration.ofDays(14);

  /** How long a batch may take, and how long its messages are hidden meanwhile. */
  static final Duration RECEIVE_TIMEOUT = Duration.ofSeconds(60);

  /**
   * Less than in the cloud, where servers are waited for as long as the standard wants: what was
   * being sent when this process is killed is tried again when this is over.
   */
  static final Duration SEND_TIMEOUT = Duration.ofSeconds(120);

  static final Duration TRANSFER_TIMEOUT = Duration.ofSeconds(120);

  static final Duration REPORT_TIMEOUT = Duration.ofMinutes(15);

  /**
   * A queue that exists.
   *
   * @param url where it is
   * @param arn what policies and events call it
   */
  record Queue(String url, String arn) {}

  Queue incoming() {
    return queues.get(INCOMING);
  }

  Queue outbound() {
    return queues.get(OUTBOUND);
  }

  Queue transfers() {
    return queues.get(TRANSFERS);
  }

  /** The name of a queue's dead-letter queue. */
  static String deadLettersOf(String queue) {
    return queue + "-dlq";
  }
}
