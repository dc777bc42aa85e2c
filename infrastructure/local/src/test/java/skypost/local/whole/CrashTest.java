package skypost.local.whole;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.local.whole.LocalProcess.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** kill -9 at any moment: what got a 250 is in its mailbox exactly once. */
class CrashTest {
  private static final int MESSAGES = 1000;
  private static final int KILLS = 20;
  private static final int SESSIONS = 4;
  private static final List<String> USERS =
      List.of("u0@example.com", "u1@example.com", "u2@example.com");

  @TempDir private static Path data;

  private final Set<String> accepted = ConcurrentHashMap.newKeySet();
  private final AtomicInteger next = new AtomicInteger();
  private final AtomicReference<LocalProcess> system = new AtomicReference<>();

  @Test
  void nothingThatGotA250IsLostOrDoubled() throws Exception {
    system.set(LocalProcess.start(data, Map.of()));
    system.get().users("example.com", "u0", "u1", "u2");
    Random random = new Random(11);
    int kills = 0;
    try (ExecutorService senders = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < SESSIONS; i++) {
        senders.submit(this::load);
      }
      while (kills < KILLS) {
        // The moment is chance within a stretch of the load, so that every kill falls into the
        // middle of work.
        int from = MESSAGES * kills / (KILLS + 1) + random.nextInt(MESSAGES / (KILLS + 1));
        await("message " + from, next::get, count -> count >= from);
        system.get().kill();
        kills++;
        system.set(LocalProcess.start(data, Map.of()));
      }
    }
    try (LocalProcess last = system.get()) {
      assertThat(accepted).hasSize(MESSAGES);
      for (int i = 0; i < USERS.size(); i++) {
        String user = USERS.get(i);
        int number = i;
        Set<String> wanted = new TreeSet<>(accepted);
        wanted.removeIf(id -> !id.endsWith(" " + number));
        await("the messages of " + user, () -> last.inbox(user), count -> count >= wanted.size());
        checkMailbox(last, user, wanted);
      }
      System.out.println(
          "crash: "
              + accepted.size()
              + " accepted messages, "
              + kills
              + " kills, each exactly once");
    }
  }

  /**
   * Sends until enough are accepted; a broken connection tells nothing about its message, which is
   * sent again under a new number.
   */
  private Void load() throws InterruptedException {
    while (accepted.size() < MESSAGES) {
      try (MailClient smtp = MailClient.connect(system.get().port("smtp"))) {
        smtp.reply();
        smtp.command("EHLO load.example");
        while (accepted.size() < MESSAGES) {
          int number = next.incrementAndGet();
          int user = number % USERS.size();
          String reply = smtp.send("load@far.example", USERS.get(user), message(number));
          if (reply.startsWith("250 2.0.0") && accepted.size() < MESSAGES) {
            accepted.add(reply.substring(reply.lastIndexOf(' ') + 1) + " " + user);
          }
        }
      } catch (IOException | RuntimeException killed) {
        Thread.sleep(20); // until it is up again
      }
    }
    return null;
  }

  private static byte[] message(int number) {
    return ("Subject: load " + number + "\r\n\r\n" + "x".repeat(70 + number % 900) + "\r\n")
        .getBytes(StandardCharsets.US_ASCII);
  }

  private static void checkMailbox(LocalProcess last, String user, Set<String> wanted)
      throws IOException {
    try (MailClient pop3 = MailClient.pop3(last.port("pop3"), user)) {
      List<String> ids =
          pop3.lines("UIDL").stream().map(line -> line.substring(line.indexOf(' ') + 1)).toList();
      assertThat(ids).doesNotHaveDuplicates();
      assertThat(ids)
          .containsAll(wanted.stream().map(id -> id.substring(0, id.indexOf(' '))).toList());
      List<String> subjects = new java.util.ArrayList<>();
      for (int i = 1; i <= ids.size(); i++) {
        String header = new String(pop3.retrieve("TOP " + i + " 0"), StandardCharsets.US_ASCII);
        subjects.add(
            header.substring(
                header.indexOf("Subject:"), header.indexOf("\r\n", header.indexOf("Subject:"))));
      }
      assertThat(subjects)
          .doesNotHaveDuplicates(); // a number is sent once, so a second copy would be ours
    }
  }
}
