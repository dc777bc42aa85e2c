package skypost.local;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import skypost.protocol.log.EventLog;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * Feeds a function from a queue as Lambda's event source mapping does: long polls, batches, partial
 * failures. What succeeded is deleted; what failed stays hidden until its visibility timeout ends
 * and then comes again, until the queue's redrive policy takes it away. A message can come twice,
 * as with Lambda.
 */
final class EventSourcePoller implements AutoCloseable {
  private static final int LONG_POLL_SECONDS = 20; // the most that SQS allows
  private static final Duration PAUSE_AFTER_FAULT = Duration.ofMillis(500);
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(5);

  private final SqsClient sqs;
  private final EventSource source;
  private final LambdaFunction function;
  private final Semaphore slots;
  private final ExecutorService invocations = Executors.newVirtualThreadPerTaskExecutor();
  private final Thread receiver;
  private volatile boolean stopping;

  private EventSourcePoller(SqsClient sqs, EventSource source, LambdaFunction function) {
    this.sqs = sqs;
    this.source = source;
    this.function = function;
    this.slots = new Semaphore(source.concurrency());
    this.receiver =
        Thread.ofVirtual()
            .name("poller of " + function.name())
            .unstarted(this::receiveUntilStopped);
  }

  static EventSourcePoller start(SqsClient sqs, EventSource source, LambdaFunction function) {
    var poller = new EventSourcePoller(sqs, source, function);
    poller.receiver.start();
    return poller;
  }

  private void receiveUntilStopped() {
    while (!stopping) {
      try {
        slots.acquire(); // first, so that no message is taken from the queue to wait here
      } catch (InterruptedException stop) {
        return;
      }
      boolean handedOver = false;
      try {
        List<Message> batch = gather();
        if (!batch.isEmpty() && !stopping) {
          invocations.execute(() -> process(batch));
          handedOver = true;
        }
      } catch (SdkException fault) {
        pauseAfter(fault);
      } finally {
        if (!handedOver) {
          slots.release();
        }
      }
    }
  }

  private List<Message> gather() {
    List<Message> batch = new ArrayList<>(receive(source.batchSize(), LONG_POLL_SECONDS));
    long deadline = System.nanoTime() + source.window().toNanos();
    while (!batch.isEmpty() && batch.size() < source.batchSize() && !stopping) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        break;
      }
      int seconds =
          (int) Math.max(1, TimeUnit.NANOSECONDS.toSeconds(left)); // SQS waits whole seconds
      batch.addAll(receive(source.batchSize() - batch.size(), seconds));
    }
    return batch;
  }

  private List<Message> receive(int most, int waitSeconds) {
    return sqs.receiveMessage(request ->
            request
                .queueUrl(source.queue().url())
                .maxNumberOfMessages(most)
                .waitTimeSeconds(waitSeconds)
                .messageAttributeNames("All")
                .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
        .messages();
  }

  private void pauseAfter(SdkException fault) {
    if (stopping) {
      return;
    }
    EventLog.warn("poll-failed").with("function", function.name()).cause(fault).write();
    try {
      Thread.sleep(PAUSE_AFTER_FAULT);
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  private void process(List<Message> batch) {
    try {
      delete(succeeded(batch, function.invoke(SqsEvent.of(batch, source.queue().arn()))));
    } catch (IOException | RuntimeException fault) {
      // the messages stay and come again
      EventLog.error("batch-failed").with("function", function.name()).cause(fault).write();
    } finally {
      slots.release();
    }
  }

  private List<Message> succeeded(List<Message> batch, LambdaFunction.Outcome outcome) {
    Optional<Set<String>> failures =
        switch (outcome) {
          case LambdaFunction.Returned(byte[] answer) -> SqsEvent.failures(answer, batch);
          case LambdaFunction.Failed failed -> Optional.empty(); // logged where it happened
        };
    int failed = failures.map(Set::size).orElse(batch.size());
    if (failed > 0) {
      EventLog.warn("batch-failures")
          .with("function", function.name())
          .with("failed", failed)
          .with("of", batch.size())
          .write();
    }
    return failures.stream()
        .flatMap(ids -> batch.stream().filter(message -> !ids.contains(message.messageId())))
        .toList();
  }

  private void delete(List<Message> messages) {
    if (messages.isEmpty()) {
      return;
    }
    List<DeleteMessageBatchRequestEntry> entries =
        Stream.iterate(0, index -> index < messages.size(), index -> index + 1)
            .map(index -> entry(index, messages.get(index)))
            .toList();
    var response =
        sqs.deleteMessageBatch(request -> request.queueUrl(source.queue().url()).entries(entries));
    response
        .failed()
        .forEach(failed ->
            EventLog.warn("delete-failed")
                .with("function", function.name())
                .with("code", failed.code())
                .write());
  }

  private static DeleteMessageBatchRequestEntry entry(int index, Message message) {
    return DeleteMessageBatchRequestEntry.builder()
        .id(Integer.toString(index))
        .receiptHandle(message.receiptHandle())
        .build();
  }

  /** Stops polling, and waits a moment for the invocations that run. */
  @Override
  public void close() {
    stopping = true;
    receiver.interrupt();
    try {
      receiver.join(STOP_TIMEOUT);
      invocations.shutdown();
      if (!invocations.awaitTermination(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS)) {
        invocations.shutdownNow();
      }
    } catch (InterruptedException stop) {
      invocations.shutdownNow();
      Thread.currentThread().interrupt();
    }
  }
}
