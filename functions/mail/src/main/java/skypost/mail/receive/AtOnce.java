package skypost.mail.receive;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** Requests that do not depend on each other: most of the time of each is waiting. */
final class AtOnce {
  private static final int PLACES = 16;

  private AtOnce() {}

  /**
   * Does all of them, some at once.
   *
   * @return what each came to, in their order
   * @throws IOException the first fault, when all have ended
   */
  static <T> List<T> all(List<Callable<T>> requests) throws IOException {
    Semaphore places = new Semaphore(PLACES);
    List<Callable<T>> inTurn = new ArrayList<>();
    for (Callable<T> request : requests) {
      inTurn.add(() -> {
        places.acquire();
        try {
          return request.call();
        } finally {
          places.release();
        }
      });
    }
    List<T> done = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<T> each : threads.invokeAll(inTurn)) {
        done.add(each.get());
      }
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      throw new IOException(interrupted);
    } catch (ExecutionException fault) {
      throw new IOException(fault.getCause());
    }
    return done;
  }
}
