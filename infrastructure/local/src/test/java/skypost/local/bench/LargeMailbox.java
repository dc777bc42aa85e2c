package skypost.local.bench;

import java.io.IOException;
import java.io.PrintStream;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SplittableRandom;
import skypost.local.BenchMailboxes;
import skypost.mail.message.MessageId;
import skypost.pop3.Pop3Server;
import skypost.protocol.address.EmailAddress;

/**
 * One mailbox of very many messages on the embedded DynamoDB: how long login, STAT, LIST and UIDL
 * take by POP3, and what they read.
 */
final class LargeMailbox {
  private static final EmailAddress USER = new EmailAddress("user0", Servers.DOMAIN);
  private static final int SIZE = 4096;
  private static final int ROUNDS = 5;

  private LargeMailbox() {}

  static void run(int messages, PrintStream out) throws IOException, InterruptedException {
    Path scratch = Files.createTempDirectory("skypost-bench-");
    try {
      BenchMailboxes made = BenchMailboxes.start(scratch);
      fill(made, messages, out);
      Pop3Server.Ports ports =
          new Pop3Server.Ports(new BenchPop3.NamesAsUsers(), made.mailboxes(), made.messages());
      try (Pop3Server server = BenchPop3.start(ports)) {
        for (int round = 1; round <= ROUNDS; round++) {
          measure(new InetSocketAddress("127.0.0.1", server.pop3Port()), round, out);
        }
      }
    } finally {
      SmtpBench.delete(scratch);
    }
  }

  private static void fill(BenchMailboxes made, int messages, PrintStream out) throws IOException {
    long begun = System.nanoTime();
    SplittableRandom random = new SplittableRandom(1);
    Instant at = Instant.now().minusSeconds(messages);
    List<MessageId> ids = new ArrayList<>();
    for (int i = 0; i < messages; i++) {
      ids.add(MessageId.at(at.plusSeconds(i), random));
    }
    BenchMailboxes.asked();
    BenchPop3.file(made.mailboxes(), USER, ids, SIZE);
    double units = BenchMailboxes.asked().getOrDefault("write units", 0.0);
    out.printf(
        "%d messages filed in %.0f s for %.2f write units each%n",
        messages, (System.nanoTime() - begun) / 1e9, units / messages);
  }

  private static void measure(InetSocketAddress server, int round, PrintStream out)
      throws IOException {
    BenchMailboxes.asked();
    long begun = System.nanoTime();
    try (Pop3Talker talker = new Pop3Talker(server)) {
      talker.login(USER.toString());
      String stat = talker.say("STAT").strip();
      double login = (System.nanoTime() - begun) / 1e9;
      double loginUnits = units();
      long list = talker.retrieve("LIST");
      double listed = (System.nanoTime() - begun) / 1e9;
      long uidl = talker.retrieve("UIDL");
      double all = (System.nanoTime() - begun) / 1e9;
      Map<String, Double> asked = BenchMailboxes.asked();
      out.printf(
          "round %d: %s; login and STAT %.3f s, %.1f read units; with LIST (%d KB) %.2f s; with UIDL"
              + " (%d KB) %.2f s; %s%n",
          round, stat, login, loginUnits, list >> 10, listed, uidl >> 10, all, asked);
      talker.say("QUIT");
    }
  }

  private static double units() {
    return BenchMailboxes.asked().getOrDefault("read units", 0.0);
  }
}
