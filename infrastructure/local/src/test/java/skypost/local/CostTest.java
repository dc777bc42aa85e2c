package skypost.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.Map;
import java.util.Properties;
import java.util.function.IntFunction;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import skypost.aws.AwsPorts;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.directory.ScramKeys;
import skypost.mail.directory.StoredPassword;
import skypost.mail.dns.TestDns;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;
import skypost.protocol.smtp.client.FakeMx;
import skypost.smtp.Door;

/**
 * The requests that one message costs, counted on the embedded endpoints and held against the table
 * in DESIGN: "What one message may cost".
 *
 * <p>The steps run one after the other, so that queues fill and batches are full, as they are when
 * there is mail enough to pay for. Invocations are counted; their length on a busy test machine
 * says nothing.
 */
class CostTest {
  private static final int MESSAGES = 200;
  private static final int BODY = 50_000;
  private static final EmailAddress ALICE = new EmailAddress("alice", "example.com");

  /** Mail of one moment goes to many mailboxes; each of these gets a share. */
  private static final int MAILBOXES = 10;

  private static final int WARM = 80;

  @TempDir private Path data;
  private final Clock clock = Clock.systemUTC();
  private final Closing opened = new Closing();
  private TestDns dns;
  private FakeMx mx;
  private SteppedSystem system;

  @BeforeEach
  void start() throws Exception {
    dns = opened.add(TestDns.start());
    mx = opened.add(FakeMx.start());
    dns.add("far.example", "MX", "10 mx.far.example.").add("mx.far.example", "A", "127.0.0.1");
    dns.add("far.example", "TXT", "\"v=spf1 ip4:127.0.0.1 -all\"");
    dns.add("_dmarc.far.example", "TXT", "\"v=DMARC1; p=reject\"");
    system =
        opened.add(
            SteppedSystem.start(
                Map.of(
                    "SKYPOST_DATA",
                    data.toString(),
                    "SKYPOST_DNS",
                    dns.address().toString(),
                    "SKYPOST_TRUSTED_NETWORKS",
                    "192.0.2.0/24", // so that we are strangers, whose mail is verified
                    "SKYPOST_OUTBOUND_PORT",
                    Integer.toString(mx.port())),
                clock));
    AwsPorts ports = system.ports();
    ports.directory().putDomain(Domain.local("example.com"));
    user(ports, ALICE);
    for (int i = 0; i < MAILBOXES; i++) {
      user(ports, mailbox(i));
    }
  }

  private static void user(AwsPorts ports, EmailAddress user) throws Exception {
    ports.mailboxes().create(user, 0);
    ScramSalt salt = ScramKeys.salt(new SecureRandom());
    ports.credentials().put(user, salt, StoredPassword.of("secret", salt, new SecureRandom()));
    ports.directory().putAccount(new Account.User(user, 0, false));
  }

  private static EmailAddress mailbox(int number) {
    return new EmailAddress("user" + number % MAILBOXES, "example.com");
  }

  @AfterEach
  void stop() {
    opened.close();
  }

  @Test
  void inboundToOneLocalRecipient() throws Exception {
    // A warm function knows the domain, and a mailbox in use has been sealed once.
    send(WARM, Door.SMTP, "someone@far.example", i -> mailbox(i).toString());
    receive(WARM);
    CountedRequests.reset();
    int asked = dns.questions().size();

    send(MESSAGES, Door.SMTP, "someone@far.example", i -> mailbox(i).toString());
    receive(MESSAGES);

    report("inbound, one local recipient");
    assertThat(each("PutObject")).isEqualTo(1);
    assertThat(each("GetObject")).isEqualTo(1);
    assertThat(each("SendMessage", "ReceiveMessage", "DeleteMessageBatch"))
        .isLessThanOrEqualTo(1.3);
    // A write whose condition failed is billed as well; here they are of items below a kilobyte.
    assertThat(each("write units", "failed UpdateItemRequest", "failed PutItemRequest"))
        .isLessThanOrEqualTo(3);
    assertThat(each("read units")).isLessThanOrEqualTo(2);
    assertThat(each("Invoke AuthorizeFunction")).isLessThanOrEqualTo(1);
    assertThat(each("Invoke ReceiveFunction")).isLessThanOrEqualTo(0.15);
    assertThat(dns.questions()).as("a warm function asks the DNS no more").hasSize(asked);
    for (int i = 0; i < MAILBOXES; i++) {
      assertThat(messages(mailbox(i))).isEqualTo((MESSAGES + WARM) / MAILBOXES);
    }
  }

  @Test
  void outboundToOneRecipientAtTheFirstAttempt() throws Exception {
    send(5, Door.SUBMISSION, "alice@example.com", i -> "carol@far.example");
    receive(5);
    send(5);
    CountedRequests.reset();

    send(MESSAGES, Door.SUBMISSION, "alice@example.com", i -> "carol@far.example");
    receive(MESSAGES);
    send(MESSAGES);

    report("outbound, one recipient, first attempt succeeds");
    assertThat(mx.received()).hasSize(MESSAGES + 5);
    assertThat(each("PutObject")).isEqualTo(1);
    assertThat(each("GetObject")).isLessThanOrEqualTo(2);
    assertThat(each("SendMessage", "SendMessageBatch", "ReceiveMessage", "DeleteMessageBatch"))
        .isLessThanOrEqualTo(3);
    assertThat(each("write units")).isLessThanOrEqualTo(4);
    // four, and what is read once in ten seconds; a destination that is well is not read at all
    assertThat(each("read units")).isLessThanOrEqualTo(4.2);
    assertThat(each("Invoke AuthorizeFunction")).isLessThanOrEqualTo(1);
    assertThat(each("Invoke ReceiveFunction")).isLessThanOrEqualTo(0.15);
    assertThat(each("Invoke SendFunction")).isLessThanOrEqualTo(0.15);
  }

  /** Put off, a message costs its entry's move into two indexes, and no attempt. */
  @Test
  void outboundToADestinationThatRests() throws Exception {
    mx.always("EHLO", FakeMx.drop("421 4.3.2 going down"));
    send(5, Door.SUBMISSION, "alice@example.com", i -> "carol@far.example");
    receive(5);
    send(5);
    int found = mx.commands().size();
    send(MESSAGES, Door.SUBMISSION, "alice@example.com", i -> "carol@far.example");
    receive(MESSAGES);
    CountedRequests.reset();

    send(MESSAGES);

    report("a message that is put off");
    // Should preparing have taken longer than the rest, one message has shown that it goes on
    assertThat(mx.commands().size() - found).isLessThanOrEqualTo(2);
    assertThat(each("UpdateItem")).isBetween(0.9, 1.1);
    assertThat(each("write units")).isLessThanOrEqualTo(3.2);
    assertThat(each("read units")).isLessThanOrEqualTo(0.2);
    assertThat(each("GetObject")).isLessThanOrEqualTo(0.02);
  }

  private void receive(int messages) throws IOException {
    system.run(system.resources().incoming(), system.functions().receive(), messages);
  }

  private void send(int messages) throws IOException {
    system.run(system.resources().outbound(), system.functions().send(), messages);
  }

  private static double each(String... operations) {
    return CountedRequests.count(operations) / MESSAGES;
  }

  private static void report(String what) {
    StringBuilder line = new StringBuilder("cost of a message, " + what + ":");
    CountedRequests.all()
        .forEach((name, count) -> line.append(String.format(" %s %.3f;", name, count / MESSAGES)));
    System.out.println(line);
  }

  private long messages(EmailAddress user) throws Exception {
    return new skypost.aws.DynamoMailboxes(system.clients().dynamo(), Resources.MAILBOXES, clock)
        .status(user)
        .orElseThrow()
        .messages();
  }

  /** A session for each message. */
  private void send(int count, Door door, String from, IntFunction<String> to) throws Exception {
    var properties = new Properties();
    properties.put("mail.smtp.auth", Boolean.toString(door == Door.SUBMISSION));
    properties.put("mail.smtp.starttls.enable", "true");
    properties.put("mail.smtp.ssl.trust", "*");
    properties.put("mail.smtp.ssl.checkserveridentity", "false");
    var session = jakarta.mail.Session.getInstance(properties);
    for (int i = 0; i < count; i++) {
      var message = new jakarta.mail.internet.MimeMessage(session);
      message.setFrom(from);
      message.setRecipients(jakarta.mail.Message.RecipientType.TO, to.apply(i));
      message.setSubject("A subject of forty characters, number " + i, "UTF-8");
      message.setText("x".repeat(70).concat("\r\n").repeat(BODY / 72), "us-ascii");
      try (var transport = session.getTransport("smtp")) {
        transport.connect("127.0.0.1", system.port(door), from, "secret");
        transport.sendMessage(message, message.getAllRecipients());
      }
    }
  }
}
