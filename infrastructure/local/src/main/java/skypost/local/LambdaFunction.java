package skypost.local;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import skypost.protocol.log.EventLog;

/**
 * A handler with what Lambda puts around it: a context, a time limit, and failures as answers.
 *
 * @param name as in the Invoke API
 * @param handler is used by many invocations at once, where Lambda would give each an instance of
 *     its own
 * @param timeout after which an invocation counts as failed and is interrupted
 */
record LambdaFunction(String name, RequestStreamHandler handler, Duration timeout) {
  /** What became of an invocation. */
  sealed interface Outcome {}

  /** The handler returned. @param payload what it wrote */
  record Returned(byte[] payload) implements Outcome {}

  /** The handler threw, or took too long. */
  record Failed(String errorMessage, String errorType, List<String> stackTrace)
      implements Outcome {}

  /** Runs the handler; never throws for what the handler does. */
  Outcome invoke(byte[] payload) {
    String requestId = UUID.randomUUID().toString();
    Context context = new LambdaContext(name, requestId, System.nanoTime() + timeout.toNanos());
    var output = new ByteArrayOutputStream();
    var ended = new CompletableFuture<Void>();
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            .start(() -> {
              try {
                handler.handleRequest(new ByteArrayInputStream(payload), output, context);
                ended.complete(null);
              } catch (Throwable fault) { // Lambda reports errors too
                ended.completeExceptionally(fault);
              }
            });
    try {
      ended.get(timeout.toMillis(), TimeUnit.MILLISECONDS);
      return new Returned(output.toByteArray());
    } catch (ExecutionException failed) {
      return logged(requestId, failed.getCause());
    } catch (TimeoutException late) {
      thread.interrupt();
      EventLog.error("function-timeout").with("function", name).with("request", requestId).write();
      String message =
          "%s Task timed out after %.2f seconds".formatted(requestId, timeout.toMillis() / 1000.0);
      return new Failed(message, "Sandbox.Timedout", List.of());
    } catch (InterruptedException stop) {
      thread.interrupt();
      Thread.currentThread().interrupt();
      return new Failed("the system stops", "Runtime.ExitError", List.of());
    }
  }

  private Failed logged(String requestId, Throwable fault) {
    EventLog.error("function-failed")
        .with("function", name)
        .with("request", requestId)
        .cause(fault)
        .write();
    List<String> trace =
        Arrays.stream(fault.getStackTrace()).map(StackTraceElement::toString).toList();
    return new Failed(String.valueOf(fault.getMessage()), fault.getClass().getName(), trace);
  }
}
