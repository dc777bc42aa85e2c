package skypost.aws;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import skypost.mail.json.Fields;
import skypost.protocol.log.EventLog;

/**
 * A batch of SQS messages as Lambda hands it to a function (AWS Lambda Developer Guide, "Using
 * Lambda with Amazon SQS"). All are dealt with at once, since a second costs the same whether the
 * function works or waits.
 */
public final class SqsBatch {
  private SqsBatch() {}

  /**
   * An SQS message.
   *
   * @param body its text
   * @param receiveCount how often it has been handed out, this time included
   */
  public record Message(String body, int receiveCount) {}

  /** What is done with each message. A fault hands the message back to the queue. */
  @FunctionalInterface
  public interface Step {
    void handle(Message message) throws IOException;
  }

  /** Deals with every message of the event and answers with those that failed, and only those. */
  public static void handle(Fields event, OutputStream response, Step step) throws IOException {
    List<Map<String, String>> failures = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<String> ids = new ArrayList<>();
      List<Future<?>> runs = new ArrayList<>();
      for (Fields message : event.objects("Records")) {
        ids.add(message.text("messageId"));
        runs.add(threads.submit(() -> run(message, step)));
      }
      for (int i = 0; i < runs.size(); i++) {
        if (!succeeded(runs.get(i), ids.get(i))) {
          failures.add(Map.of("itemIdentifier", ids.get(i)));
        }
      }
    }
    response.write(Fields.bytes(Map.of("batchItemFailures", failures)));
  }

  private static Void run(Fields message, Step step) throws IOException {
    int receiveCount =
        Integer.parseInt(message.object("attributes").text("ApproximateReceiveCount"));
    step.handle(new Message(message.text("body"), receiveCount));
    return null;
  }

  private static boolean succeeded(Future<?> run, String messageId) throws IOException {
    try {
      run.get();
      return true;
    } catch (ExecutionException fault) {
      EventLog.error("batch").with("sqs", messageId).cause(fault.getCause()).write();
      return false;
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }

  /** Reads the event that Lambda gives. */
  public static Fields read(InputStream event) throws IOException {
    return Fields.read(event.readAllBytes());
  }
}
