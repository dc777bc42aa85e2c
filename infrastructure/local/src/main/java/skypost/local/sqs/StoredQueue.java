package skypost.local.sqs;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.locks.Condition;

/** A queue's attributes and messages. Whoever uses it holds the store's lock. */
final class StoredQueue {
  private static final Map<String, String> DEFAULTS =
      Map.of(
          "VisibilityTimeout", "30",
          "MessageRetentionPeriod", "345600",
          "DelaySeconds", "0",
          "ReceiveMessageWaitTimeSeconds", "0",
          "MaximumMessageSize", "1048576");

  private final String name;
  private final Map<String, String> attributes = new TreeMap<>();
  private final Map<String, StoredMessage> byId = new HashMap<>();
  private final TreeSet<StoredMessage> byVisibility =
      new TreeSet<>(
          Comparator.comparingLong(StoredMessage::visible)
              .thenComparingLong(StoredMessage::sequence));
  private final Condition arrival;

  /**
   * @param arrival is signalled when a message may have become visible earlier than a waiter thinks
   */
  StoredQueue(String name, Condition arrival) {
    this.name = name;
    this.arrival = arrival;
  }

  String name() {
    return name;
  }

  Condition arrival() {
    return arrival;
  }

  /** What was set; the defaults are not in it. */
  Map<String, String> attributes() {
    return attributes;
  }

  String attribute(String attribute) {
    return attributes.getOrDefault(attribute, DEFAULTS.get(attribute));
  }

  int number(String attribute) {
    return Integer.parseInt(attribute(attribute));
  }

  Map<String, String> allAttributes() {
    Map<String, String> all = new TreeMap<>(DEFAULTS);
    all.putAll(attributes);
    return all;
  }

  /** Adds or replaces a message. */
  void put(StoredMessage message) {
    StoredMessage before = byId.put(message.id(), message);
    if (before != null) {
      byVisibility.remove(before);
    }
    byVisibility.add(message);
    arrival.signalAll();
  }

  StoredMessage get(String id) {
    return byId.get(id);
  }

  void remove(String id) {
    StoredMessage before = byId.remove(id);
    if (before != null) {
      byVisibility.remove(before);
    }
  }

  /** The message that is visible soonest, or null. */
  StoredMessage first() {
    return byVisibility.isEmpty() ? null : byVisibility.first();
  }

  Iterable<StoredMessage> messages() {
    return byVisibility;
  }

  /** Where messages go after their last receive. */
  record Redrive(String deadLetters, int maxReceiveCount) {}

  /** The redrive policy, or null. */
  Redrive redrive() {
    String policy = attributes.get("RedrivePolicy");
    return policy == null || policy.isEmpty() ? null : parse(policy);
  }

  static Redrive parse(String policy) {
    try {
      Map<String, Object> fields = JSON.std.mapFrom(policy);
      String arn = String.valueOf(fields.get("deadLetterTargetArn"));
      int most = Integer.parseInt(String.valueOf(fields.get("maxReceiveCount")));
      return new Redrive(arn.substring(arn.lastIndexOf(':') + 1), most);
    } catch (IOException | NumberFormatException malformed) {
      throw SqsError.invalid("Value " + policy + " for parameter RedrivePolicy is invalid.");
    }
  }
}
