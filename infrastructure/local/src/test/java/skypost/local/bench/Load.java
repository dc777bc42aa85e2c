package skypost.local.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.HdrHistogram.Histogram;
import skypost.local.BenchMail;

/**
 * Sessions that send one message after another for a while.
 *
 * @param sessions at once
 * @param size octets of a message
 * @param perConnection messages before a session connects again
 */
record Load(int sessions, int size, int perConnection) {
  /**
   * What a server took.
   *
   * @param messages accepted with 250
   * @param elapsed from the first command to the last reply
   * @param latency microseconds from MAIL to the 250 behind the content
   */
  record Taken(long messages, Duration elapsed, Histogram latency) {
    double rate() {
      return messages / (elapsed.toNanos() / 1e9);
    }
  }

  /**
   * Runs. @throws IOException when a session failed: a server under this load must refuse nothing
   */
  Taken run(InetSocketAddress server, Duration howLong) throws IOException, InterruptedException {
    byte[] content = content();
    CountDownLatch ready = new CountDownLatch(sessions);
    List<Future<Histogram>> running = new ArrayList<>();
    Histogram latency = new Histogram(3);
    try (var threads = Executors.newFixedThreadPool(sessions)) {
      for (int i = 0; i < sessions; i++) {
        byte[] envelope = envelope(i);
        running.add(threads.submit(() -> session(server, envelope, content, ready, howLong)));
      }
      ready.await();
      long begun = System.nanoTime();
      for (Future<Histogram> session : running) {
        latency.add(session.get());
      }
      Duration elapsed = Duration.ofNanos(System.nanoTime() - begun);
      return new Taken(latency.getTotalCount(), elapsed, latency);
    } catch (ExecutionException failed) {
      throw new IOException("a session failed", failed.getCause());
    }
  }

  private Histogram session(
      InetSocketAddress server,
      byte[] envelope,
      byte[] content,
      CountDownLatch ready,
      Duration howLong)
      throws IOException, InterruptedException {
    Histogram latency = new Histogram(3);
    SmtpTalker talker;
    try {
      talker = new SmtpTalker(server);
    } finally {
      ready.countDown();
    }
    ready.await();
    long end = System.nanoTime() + howLong.toNanos();
    try {
      for (int sent = 0; System.nanoTime() < end; sent++) {
        if (sent > 0 && sent % perConnection == 0) {
          talker.quit();
          talker = new SmtpTalker(server);
        }
        long begun = System.nanoTime();
        talker.message(envelope, content);
        latency.recordValue((System.nanoTime() - begun) / 1000);
      }
      talker.quit();
      return latency;
    } finally {
      talker.close();
    }
  }

  private static byte[] envelope(int session) {
    String recipient = "user" + session % Servers.USERS + "@" + Servers.DOMAIN;
    return ("MAIL FROM:<sender@elsewhere.test>\r\nRCPT TO:<" + recipient + ">\r\nDATA\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private byte[] content() {
    return SmtpTalker.withDot(BenchMail.content(size));
  }
}
