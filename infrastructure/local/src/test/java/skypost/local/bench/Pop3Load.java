package skypost.local.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;

/**
 * What POP3 clients do at once: each is another user.
 *
 * @param clients how many
 */
record Pop3Load(int clients) {
  static final String PASSWORD = "secret-of-the-bench";
  private static final int SIZE = 4096;

  static String user(int number) {
    return "user" + number % Servers.USERS + "@" + Servers.DOMAIN;
  }

  /** A message of 4 KB. */
  static String message() {
    StringBuilder text =
        new StringBuilder(
            "From: sender@elsewhere.test\r\nTo: user@bench.test\r\nSubject: bench\r\n"
                + "Date: Wed, 25 Nov 2026 09:00:00 +0000\r\nMessage-ID: <1@elsewhere.test>\r\n\r\n");
    while (text.length() + 78 <= SIZE) {
      text.append("x".repeat(76)).append("\r\n");
    }
    return text.append("x".repeat(Math.max(0, SIZE - text.length() - 2))).append("\r\n").toString();
  }

  /**
   * What was done.
   *
   * @param count how often
   * @param seconds in all
   */
  record Done(long count, double seconds) {
    double rate() {
      return count / seconds;
    }
  }

  /** Each client takes all its messages, one after the other, and leaves them there. */
  Done retrieveAll(InetSocketAddress server, int messages)
      throws IOException, InterruptedException {
    return together(client -> {
      try (Pop3Talker talker = new Pop3Talker(server)) {
        talker.login(user(client));
        for (int i = 1; i <= messages; i++) {
          talker.retrieve("RETR " + i);
        }
        talker.say("QUIT");
        return (long) messages;
      }
    });
  }

  /** Each client connects, logs in, and leaves, again and again. */
  Done logIn(InetSocketAddress server, double seconds) throws IOException, InterruptedException {
    return together(client -> {
      long end = System.nanoTime() + (long) (seconds * 1e9);
      long logins = 0;
      for (; System.nanoTime() < end; logins++) {
        try (Pop3Talker talker = new Pop3Talker(server)) {
          talker.login(user(client));
          talker.say("QUIT");
        }
      }
      return logins;
    });
  }

  @FunctionalInterface
  private interface Client {
    long run(int number) throws IOException;
  }

  private Done together(Client client) throws IOException, InterruptedException {
    List<Callable<Long>> all = new ArrayList<>();
    for (int i = 0; i < clients; i++) {
      int number = i;
      all.add(() -> client.run(number));
    }
    try (var threads = Executors.newFixedThreadPool(clients)) {
      long begun = System.nanoTime();
      long count = 0;
      for (var ended : threads.invokeAll(all)) {
        count += ended.get();
      }
      return new Done(count, (System.nanoTime() - begun) / 1e9);
    } catch (ExecutionException failed) {
      throw new IOException("a client failed", failed.getCause());
    }
  }
}
