package skypost.local;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.concurrent.atomic.AtomicInteger;
import skypost.mail.directory.HostPort;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.client.ConnectResult;
import skypost.protocol.smtp.client.Deadline;
import skypost.protocol.smtp.client.Hop;
import skypost.protocol.smtp.client.Outcome;
import skypost.protocol.smtp.client.Peer;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.SmtpConnection;
import skypost.protocol.smtp.client.Timeouts;
import skypost.protocol.smtp.client.TlsDemand;
import skypost.protocol.smtp.client.Transaction;
import skypost.smtp.Door;

/**
 * SendFunction on the embedded S3, SQS and DynamoDB, reached through the AWS SDK. Mail comes in by
 * SMTP and goes through ReceiveFunction first, so that all the requests of a message are counted.
 */
public final class BenchEmbeddedSender implements BenchSender {
  private static final int SESSIONS = 4;
  private static final int RECEIVERS = 4;
  private static final int LONG_WAIT = 10; // s
  private static final int SHORT_WAIT = 1;
  private static final Duration PATIENCE =
      Duration.ofHours(1); // a client begins nothing whose reply it may not hear

  private final SteppedSystem system;
  private final List<LambdaFunction> functions = new ArrayList<>();
  private BenchMail mail = new BenchMail(0, 0, 1);

  /**
   * @param data folder for all state
   * @param smartHost takes all mail
   * @param invocations at once, each with a handler of its own, as in Lambda
   */
  public BenchEmbeddedSender(Path data, HostPort smartHost, int invocations) throws Exception {
    Map<String, String> settings =
        Map.of(
            "SKYPOST_DATA",
            data.toString(),
            "SKYPOST_HOSTNAME",
            "mx.bench.test",
            "SKYPOST_SMART_HOST",
            smartHost.toString());
    system = SteppedSystem.start(settings, Clock.systemUTC());
    for (int i = 0; i < invocations; i++) {
      functions.add(system.fresh().send());
    }
  }

  @Override
  public void prepare(BenchMail wanted) throws IOException {
    mail = wanted;
    CountedRequests.reset();
    var sessions = new Together();
    for (int i = 0; i < SESSIONS; i++) {
      int first = i;
      sessions.start(() -> submit(first));
    }
    sessions.await();
    LambdaFunction receive = system.functions().receive();
    run(system.resources().incoming(), Collections.nCopies(RECEIVERS, receive));
  }

  /** Every fourth message, in one session from a trusted network. */
  private Void submit(int first) throws IOException {
    var front =
        new Peer(
            "front",
            new InetSocketAddress(
                InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), system.port(Door.SMTP)));
    var content = new Content(BenchMail.content(mail.size()));
    var client = new SmtpClient("client.bench.test", Timeouts.STANDARD);
    if (!(client.connect(new Hop(front, new TlsDemand.Clear()), Deadline.in(PATIENCE))
        instanceof ConnectResult.Connected(SmtpConnection connection, var ignored))) {
      throw new IOException("the front does not answer");
    }
    try (connection) {
      for (int i = first; i < mail.messages(); i += SESSIONS) {
        List<Outcome> outcomes = connection.send(transaction(mail.recipient(i), content));
        if (!isTaken(outcomes.getFirst())) {
          throw new IOException("the front refuses: " + outcomes);
        }
      }
    }
    return null;
  }

  private static boolean isTaken(Outcome outcome) {
    return outcome instanceof Outcome.Delivered || outcome instanceof Outcome.Relayed;
  }

  private static Transaction transaction(String recipient, Content content) {
    return new Transaction(
        EmailAddress.parse("sender@elsewhere.test"),
        Map.of(),
        List.of(new Transaction.Recipient(EmailAddress.parse(recipient).orElseThrow(), Map.of())),
        content);
  }

  private record Content(byte[] octets) implements Transaction.Content {
    @Override
    public long size() {
      return octets.length;
    }

    @Override
    public boolean isEightBit() {
      return false;
    }

    @Override
    public boolean hasUtf8Headers() {
      return false;
    }

    @Override
    public InputStream open() {
      return new ByteArrayInputStream(octets);
    }
  }

  @Override
  public void send() throws IOException {
    run(system.resources().outbound(), functions);
  }

  /** Event sources of a queue, until all messages are done. */
  private void run(Resources.Queue queue, List<LambdaFunction> invoked) throws IOException {
    var done = new AtomicInteger();
    var sources = new Together();
    for (LambdaFunction function : invoked) {
      sources.start(() -> {
        int wait = LONG_WAIT;
        while (done.get() < mail.messages()) {
          int some = system.runOnce(queue, function, wait);
          if (some == 0 && wait == LONG_WAIT) {
            throw new IOException(done + " of " + mail.messages() + " messages came");
          }
          done.addAndGet(some);
          wait = done.get() + 10 * invoked.size() < mail.messages() ? LONG_WAIT : SHORT_WAIT;
        }
        return null;
      });
    }
    sources.await();
  }

  @Override
  public String costs() {
    StringJoiner line = new StringJoiner("; ");
    for (Cost cost : Cost.values()) {
      line.add(cost.tell(mail.messages()));
    }
    return line.toString();
  }

  /** The table in DESIGN: outbound, one recipient, first attempt succeeds. */
  private enum Cost {
    PUT("S3 PUT", 1, "PutObject"),
    GET("S3 GET", 2, "GetObject"),
    SQS(
        "SQS requests",
        3,
        "SendMessage",
        "SendMessageBatch",
        "ReceiveMessage",
        "DeleteMessageBatch"),
    WRITES("write units", 4, "write units"),
    READS("read units", Double.NaN, "read units"),
    AUTHORIZE("invocations: authorize", 1, "Invoke AuthorizeFunction"),
    RECEIVE("receive", 0.1, "Invoke ReceiveFunction"),
    SEND("send", 0.1, "Invoke SendFunction");

    private final String name;
    private final double limit;
    private final String[] counted;

    Cost(String name, double limit, String... counted) {
      this.name = name;
      this.limit = limit;
      this.counted = counted;
    }

    String tell(int messages) {
      double each = CountedRequests.count(counted) / messages;
      String allowed = Double.isNaN(limit) ? "" : " (at most %.1f)".formatted(limit);
      return "%s %.2f%s%s".formatted(name, each, allowed, each > limit + 0.005 ? " OVER" : "");
    }
  }

  @Override
  public void close() {
    system.close();
  }
}
