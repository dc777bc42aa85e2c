package skypost.local.bench;

import java.util.List;
import java.util.Set;

/** The benchmark's command line. */
public final class Bench {
  private static final String USAGE =
      """
      Measures SMTP servers and senders on this machine. Arguments (in -Dskypost.args='…'):
        smtp [options]      accept rate, latency, CPU per message, memory per connection (the default)
          --servers LIST    of front (S3 answers at once), s3 (front and the embedded S3), local (the whole
                            system), postfix (started here, discards what it accepted): front,s3,local
          --target H:P      any other server, which takes mail for bench.test
          --pid N           its process, whose CPU and memory are counted with its children's
          --sessions LIST   concurrent sessions (1,8,32)
          --sizes LIST      sizes of messages, with K or M (4K,50K,5M)
          --rounds N        the servers take turns so often; medians are told (3)
          --seconds N       of each turn (3)
          --per-connection N  messages before a session hangs up and connects again (100)
        send [options]      a full queue sent to a host that takes all at once: rate, CPU, connections,
                            and AWS requests of a message beside what DESIGN allows
          --senders LIST    of function (SendFunction on ports in memory), embedded (on the embedded S3,
                            SQS and DynamoDB), postfix (started here): function,embedded,postfix
          --messages N      of each turn (2000)
          --sizes LIST      sizes of messages (4K,50K)
          --destinations LIST  numbers of domains that mail goes to (1,20)
          --invocations N   of SendFunction at once, ten messages each (8)
          --rounds N        the senders take turns so often (3)
        sign                CPU of both DKIM signatures of a message of 4 KB and of one of 1 MB
        connections [N]     N idle connections held by a front with a 256 MB heap (10000)
        pop3 [LIST]         RETR by 1 and 8 clients, logins, memory per session; of memory, embedded,
                            hashed (in memory, passwords hashed), dovecot, dovecot-hashed
                            (started here; run as root): memory,embedded
        requests [CLIENT]   CPU time of each request of a message, of the SDK and of the embedded endpoint;
                            with the HTTP client own, apache or url (own)
        auth [SIZES]        CPU for finding out who sent a message, with known DNS answers (50K)
        mailbox [MESSAGES]  login, STAT, LIST and UIDL of a large mailbox (100000)
        large [MEGABYTES]   one message relayed by the local system with a 256 MB heap (100)
      """;

  private Bench() {}

  /** {@code --help} tells the arguments. */
  public static void main(String[] arguments) throws Exception {
    List<String> given = List.of(arguments);
    String what = given.isEmpty() || given.getFirst().startsWith("--") ? "smtp" : given.getFirst();
    List<String> rest =
        given.isEmpty() || given.getFirst().startsWith("--")
            ? given
            : given.subList(1, given.size());
    try {
      if (given.contains("--help")) {
        System.out.print(USAGE);
        return;
      }
      switch (what) {
        case "smtp" -> new SmtpBench(BenchOptions.parse(rest), System.out).run();
        case "send" -> SendBench.run(SendBenchOptions.parse(rest), System.out);
        case "sign" -> SigningBench.run(System.out);
        case "connections" -> ManyConnections.run(number(rest, 10_000), System.out);
        case "pop3" ->
            new Pop3Bench(
                    List.of((rest.isEmpty() ? "memory,embedded" : rest.getFirst()).split(",")),
                    System.out)
                .run();
        case "requests" -> {
          RequestBench.run(rest.isEmpty() ? "own" : rest.getFirst(), System.out);
          System.exit(0);
        }
        case "auth" ->
            AuthBench.run(
                Arguments.parse(List.of(), Set.of())
                    .sizes("", rest.isEmpty() ? "50K" : rest.getFirst()),
                System.out);
        case "mailbox" -> {
          LargeMailbox.run(number(rest, 100_000), System.out);
          System.exit(0); // the embedded endpoints do not end by themselves
        }
        case "large" -> LargeMessage.run(number(rest, 100), System.out);
        default -> throw new IllegalArgumentException("no such benchmark: " + what);
      }
    } catch (IllegalArgumentException wrong) {
      System.err.println(wrong.getMessage());
      System.err.print(USAGE);
      System.exit(2);
    }
  }

  private static int number(List<String> rest, int otherwise) {
    return rest.isEmpty() ? otherwise : Integer.parseInt(rest.getFirst());
  }
}
