package skypost.local;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;

/** Things that start at the same time; the first fault is told when all have ended. */
final class Together {
  private final List<FutureTask<?>> tasks = new ArrayList<>();

  <T> Future<T> start(Callable<T> task) {
    var future = new FutureTask<>(task);
    tasks.add(future);
    Thread.ofVirtual().start(future);
    return future;
  }

  /**
   * Waits for all of them. @throws IOException the first fault, as it was when it was one or a
   * RuntimeException
   */
  void await() throws IOException {
    IOException fault = null;
    for (FutureTask<?> task : tasks) {
      try {
        task.get();
      } catch (ExecutionException failed) {
        IOException cause =
            failed.getCause() instanceof IOException io ? io : new IOException(failed.getCause());
        fault = fault == null ? cause : fault;
      } catch (InterruptedException stop) {
        Thread.currentThread().interrupt();
        throw new IOException("interrupted while starting", stop);
      }
    }
    if (fault != null) {
      throw fault;
    }
  }
}
