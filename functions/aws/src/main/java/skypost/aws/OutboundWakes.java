package skypost.aws;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import skypost.mail.json.Fields;
import skypost.mail.queue.EntryWake;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.SendMessageBatchResponse;

/**
 * The messages of the outbound queue in SQS, which only wake SendFunction.
 *
 * @param queueUrl of the outbound queue
 */
record OutboundWakes(SqsClient sqs, String queueUrl) {
  /** The longest delay of an SQS message; what is due later wakes early and goes to sleep again. */
  private static final Duration MAX_DELAY = Duration.ofSeconds(900);

  private static final int WAKES_AT_ONCE = 10; // Amazon SQS API reference, SendMessageBatch

  /**
   * What wakes SendFunction. It says when it is due, so that one that must go to sleep again costs
   * no look at the table.
   */
  record Wake(String group, Map<String, Object> body) {
    static Wake of(EntryWake wake) {
      return new Wake(wake.entry().destination(), wake.fields());
    }

    static Wake of(String destination, Instant due) {
      return new Wake(destination, Map.of("destination", destination, "due", due.toEpochMilli()));
    }
  }

  /** Wakes for all of these after so long, or after the longest delay that there is. */
  void send(List<Wake> wakes, Duration wait) throws IOException {
    Duration bounded =
        wait.isNegative() ? Duration.ZERO : wait.compareTo(MAX_DELAY) > 0 ? MAX_DELAY : wait;
    int delay =
        (int)
            bounded
                .plusMillis(999)
                .toSeconds(); // rather late by part of a second than early and once more
    for (int from = 0; from < wakes.size(); from += WAKES_AT_ONCE) {
      List<SendMessageBatchRequestEntry> batch = new ArrayList<>();
      for (Wake wake : wakes.subList(from, Math.min(wakes.size(), from + WAKES_AT_ONCE))) {
        batch.add(
            SendMessageBatchRequestEntry.builder()
                .id("e" + batch.size())
                .messageBody(Fields.string(wake.body()))
                // One busy destination does not hold up the others (Amazon SQS, "Fair queues").
                .messageGroupId(group(wake.group()))
                .delaySeconds(Math.min(delay, (int) MAX_DELAY.toSeconds()))
                .build());
      }
      SendMessageBatchResponse response =
          Calls.call(() -> sqs.sendMessageBatch(send -> send.queueUrl(queueUrl).entries(batch)));
      if (response.hasFailed() && !response.failed().isEmpty()) {
        throw new IOException("not woken: " + response.failed());
      }
    }
  }

  /** A group id takes 128 letters, digits and punctuation marks (Amazon SQS, SendMessage). */
  private static String group(String destination) {
    String printable = destination.replaceAll("[^!-~]", "_"); // a login at a smart host may be any
    return printable.length() <= 128 ? printable : printable.substring(printable.length() - 128);
  }
}
