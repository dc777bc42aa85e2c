package skypost.local.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import skypost.local.BenchRequests;

/**
 * What one request to AWS costs: CPU time without the JVM's compilers, of the client, which is the
 * SDK and our adapter, beside that of the embedded endpoint in a process of its own, and how many
 * there are in a second.
 */
final class RequestBench {
  private static final Duration WARM_UP = Duration.ofSeconds(6);
  private static final Duration TURN = Duration.ofSeconds(3);
  private static final int AT_ONCE = 8;

  private final PrintStream out;

  /** This process, and the endpoints, which are its children. */
  private final ProcessTree all = new ProcessTree(ProcessHandle.current().pid());

  private RequestBench(PrintStream out) {
    this.out = out;
  }

  /**
   * @param http the SDK's HTTP client: own, apache or url
   */
  static void run(String http, PrintStream out) throws Exception {
    Path scratch = Files.createTempDirectory("skypost-bench-");
    try (ChildJvm endpoints =
        ChildJvm.start(
            "256m",
            scratch.resolve("endpoints.log"),
            List.of(BenchRequests.Endpoints.class.getName(), scratch.resolve("data").toString()),
            Map.of(),
            line -> line.startsWith("ready "))) {
      var requests = BenchRequests.at(endpoints.ready().split(" "), http);
      new RequestBench(out).run(requests, endpoints.tree());
    } finally {
      SmtpBench.delete(scratch);
    }
  }

  private void run(BenchRequests requests, ProcessTree endpoints) throws Exception {
    out.printf(
        "%-34s %10s %12s %12s%n", "request, 8 at once", "a second", "µs client", "µs endpoint");
    for (BenchRequests.Kind kind : requests.kinds()) {
      turn(kind, WARM_UP);
      long before = endpoints.withoutCompilers().toNanos();
      long bothBefore = all.withoutCompilers().toNanos();
      long begun = System.nanoTime();
      long count = turn(kind, TURN);
      double seconds = (System.nanoTime() - begun) / 1e9;
      long both = all.withoutCompilers().toNanos() - bothBefore;
      long server = endpoints.withoutCompilers().toNanos() - before;
      out.printf(
          "%-34s %10.0f %12.0f %12.0f%n",
          kind.name(), count / seconds, (both - server) / 1e3 / count, server / 1e3 / count);
    }
  }

  private static long turn(BenchRequests.Kind kind, Duration length) throws Exception {
    long end = System.nanoTime() + length.toNanos();
    List<Callable<Long>> loops = new ArrayList<>();
    for (int i = 0; i < AT_ONCE; i++) {
      loops.add(() -> {
        long done = 0;
        for (; System.nanoTime() < end; done++) {
          kind.request().call();
        }
        return done;
      });
    }
    long count = 0;
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (Future<Long> ended : threads.invokeAll(loops)) {
        count += ended.get();
      }
    } catch (ExecutionException failed) {
      throw new IOException("a request failed", failed.getCause());
    }
    return count;
  }
}
