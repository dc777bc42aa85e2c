package skypost.local.sqs;

import java.util.Map;

/**
 * A message in a queue.
 *
 * @param id its message id
 * @param sequence orders messages that become visible at the same time
 * @param body its text
 * @param attributes as the sender gave them in JSON: name → DataType, StringValue or BinaryValue
 * @param group the sender's message group; empty: none
 * @param sent when it was sent, in milliseconds since 1970, as all times here
 * @param visible when it may be received
 * @param received how often it was received
 * @param firstReceived when that was first; 0: never
 * @param receipt of the last receive; empty: never received
 */
record StoredMessage(
    String id,
    long sequence,
    String body,
    Map<String, Object> attributes,
    String group,
    long sent,
    long visible,
    int received,
    long firstReceived,
    String receipt) {

  StoredMessage receivedAt(long now, long visibleAgain, String newReceipt) {
    long first = firstReceived == 0 ? now : firstReceived;
    return new StoredMessage(
        id, sequence, body, attributes, group, sent, visibleAgain, received + 1, first, newReceipt);
  }

  StoredMessage visibleAt(long time) {
    return new StoredMessage(
        id, sequence, body, attributes, group, sent, time, received, firstReceived, receipt);
  }

  /** As it lies in a dead-letter queue, where it can be received at once. */
  StoredMessage movedTo(long newSequence, long now) {
    return new StoredMessage(
        id, newSequence, body, attributes, group, sent, now, received, firstReceived, receipt);
  }

  /** After a crash nobody is working on it, and it is not to blame. */
  StoredMessage releasedIfInFlight(long now) {
    return received > 0 && visible > now
        ? new StoredMessage(
            id, sequence, body, attributes, group, sent, now, received - 1, firstReceived, "")
        : this;
  }
}
