package skypost.aws;

import java.io.IOException;
import java.util.function.Supplier;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.services.dynamodb.model.ConditionalCheckFailedException;
import software.amazon.awssdk.services.dynamodb.model.TransactionCanceledException;
import software.amazon.awssdk.services.dynamodb.model.TransactionConflictException;

/** Calls of AWS services whose faults the ports promise as {@link IOException}. */
final class Calls {
  private static final int CONFLICT_TRIES = 8;

  private Calls() {}

  /**
   * Calls a service. Failed conditions and cancelled transactions pass through as they are: they
   * are outcomes.
   *
   * @throws IOException for every other fault, after the SDK's own retries
   */
  static <T> T call(Supplier<T> call) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        return call.get();
      } catch (ConditionalCheckFailedException | TransactionCanceledException outcome) {
        throw outcome;
      } catch (TransactionConflictException conflict) {
        // A single write met a transaction on the same item; the SDK does not retry this one.
        if (tries == CONFLICT_TRIES) {
          throw new IOException(conflict);
        }
        pause(tries);
      } catch (SdkException fault) {
        throw new IOException(fault);
      }
    }
  }

  /** Waits a little longer each time, so that whoever is in the way can finish. */
  static void pause(int tries) throws IOException {
    try {
      Thread.sleep(Math.min(200, 5L << tries));
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    }
  }
}
