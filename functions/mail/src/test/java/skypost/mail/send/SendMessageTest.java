package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.xbill.DNS.SimpleResolver;
import skypost.mail.bounce.Bounces;
import skypost.mail.contract.Faults;
import skypost.mail.contract.TestClock;
import skypost.mail.directory.Domain;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.directory.SmartHost;
import skypost.mail.directory.SmartHosts;
import skypost.mail.dns.Dns;
import skypost.mail.dns.MailExchangers;
import skypost.mail.dns.TestDns;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemorySmartHostPasswords;
import skypost.mail.memory.InMemorySuppressions;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.message.StoredMessages.StoredMessage;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.EntryWake;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.settings.SmartHostSetting;
import skypost.mail.tls.TrustedRoots;
import skypost.mail.tlspolicy.TlsPolicies;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.net.TestTls;
import skypost.protocol.smtp.client.FakeMx;
import skypost.protocol.smtp.client.SmtpClient;
import skypost.protocol.smtp.client.Timeouts;

/**
 * The whole way from a queue entry to servers on loopback that misbehave in every way, found
 * through a real DNS server.
 */
class SendMessageTest {
  private static final String TEXT =
      "Received: from a by b\r\nSubject: hello\r\n\r\n.dots\r\nbody\r\n";
  private static final Duration WAIT = Duration.ofMinutes(5);

  private Duration patience = Duration.ofSeconds(2); // many tests wait for its end

  private final Random random = new Random(7);
  private final InMemoryMessages messages = new InMemoryMessages();
  private final InMemoryBodyHolders holders = new InMemoryBodyHolders();
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final InMemorySuppressions suppressions = new InMemorySuppressions();
  private final List<InMemoryOutboundQueue.Wake> wakes = new ArrayList<>();
  private final TestClock clock = new TestClock("2026-11-25T08:00:00Z");
  private final InMemoryOutboundQueue queue = new InMemoryOutboundQueue(clock, wakes::add);
  private StoredMessages stored = messages;
  private TlsPolicies policies = TlsPolicies.none(TestTls.client());
  private FakeMx first;
  private FakeMx second;
  private TestDns dns;
  private SendMessage send;
  private MessageId id;

  @BeforeEach
  void start() throws IOException {
    first = FakeMx.start("127.0.0.1", 0);
    second = FakeMx.start("127.0.0.2", first.port());
    dns = TestDns.start();
    dns.add("there.example", "MX", "10 mx1.there.example.")
        .add("there.example", "MX", "20 mx2.there.example.")
        .add("mx1.there.example", "A", "127.0.0.1")
        .add("mx2.there.example", "A", "127.0.0.2");
    send = sender(Optional.empty(), RetrySchedule.of(List.of(Duration.ZERO, WAIT, WAIT)));
    id = store("alice@here.example", TEXT);
  }

  @AfterEach
  void stop() throws IOException {
    first.close();
    second.close();
    dns.close();
  }

  private SendMessage sender(Optional<HostPort> smartHost, RetrySchedule schedule)
      throws IOException {
    return sender(smartHost, (RetrySchedules) destination -> schedule);
  }

  private SendMessage sender(Optional<HostPort> smartHost, RetrySchedules schedules)
      throws IOException {
    SimpleResolver resolver =
        new SimpleResolver(
            new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), dns.address().port()));
    resolver.setTimeout(Duration.ofMillis(500));
    MailExchangers exchangers =
        new MailExchangers(
            new Dns(resolver, Duration.ofSeconds(10)), Set.of("mx.us.example"), random);
    RememberedDirectory remembered = new RememberedDirectory(directory, clock);
    return new SendMessage(
        new SendMessage.Ports(
            queue,
            stored,
            holders,
            new Bounces(messages, "mx.us.example"),
            new SuppressRecipients(remembered, suppressions, clock)),
        new DirectoryRoutes(
            remembered,
            exchangers,
            new DirectoryRoutes.Outbound(
                new SmartHostWays(
                    smartHost.map(host -> SmartHostSetting.parse(host.toString()).orElseThrow()),
                    new InMemorySmartHostPasswords(clock),
                    TrustedRoots.context("")),
                first.port(),
                policies)),
        new SmtpCourier(new SmtpClient("mx.us.example", Timeouts.all(patience))),
        schedules,
        clock,
        random);
  }

  @Test
  void aMessageIsSentToTheFirstExchangerAndItsBodyFreed() throws IOException {
    QueueEntry entry = sent("bob@there.example");

    assertThat(entry.status()).isEqualTo(Status.DONE);
    assertThat(end(entry, 0)).startsWith("Sent 250 2.0.0");
    assertThat(entry.attempts())
        .singleElement()
        .satisfies(attempt -> {
          assertThat(attempt.server()).isEqualTo("mx1.there.example[127.0.0.1]:" + first.port());
          assertThat(attempt.reply().code()).isEqualTo(250);
        });
    assertThat(first.received())
        .singleElement()
        .satisfies(received -> assertThat(received.text()).isEqualTo(TEXT));
    assertThat(messages.open(id)).isEmpty();
    assertThat(bounces()).isEmpty();
  }

  @Test
  void aBodyThatCouldNotBeFreedIsFreedByTheWakeThatComesAgain() throws IOException {
    stored =
        Faults.once("delete"::equals, StoredMessages.class, messages, () -> new IOException("503"));
    send = sender(Optional.empty(), RetrySchedule.of(List.of(Duration.ZERO, WAIT)));
    QueueEntry entry = enqueue(false, "bob@there.example");

    assertThatIOException().isThrownBy(() -> resend(entry));
    assertThat(now(entry).status()).isEqualTo(Status.DONE);
    assertThat(messages.open(id)).isPresent();
    resend(entry);

    assertThat(messages.open(id)).isEmpty();
    assertThat(first.received()).hasSize(1);
  }

  @Test
  void whenSettingsCannotBeReadAnyMoreAMessageThatWasTakenIsNotSentAgain() throws IOException {
    RetrySchedule schedule = RetrySchedule.of(List.of(Duration.ZERO, WAIT));
    var reads = new AtomicInteger();
    send =
        sender(
            Optional.empty(),
            destination -> {
              if (reads.incrementAndGet() > 1) {
                throw new IOException("throttled");
              }
              return schedule;
            });

    assertThat(sent("bob@there.example").status()).isEqualTo(Status.DONE);
    assertThat(first.received()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        FakeMx.CONNECT,
        "EHLO",
        "MAIL",
        "RCPT",
        "DATA",
        FakeMx.CONTENT,
        FakeMx.END_OF_DATA
      })
  void aDroppedConnectionIsTriedOnTheNextExchanger(String stage) throws IOException {
    first.always(stage, FakeMx.drop());

    QueueEntry entry = sent("bob@there.example");

    assertThat(end(entry, 0)).startsWith("Sent");
    assertThat(second.received()).hasSize(1);
    assertThat(entry.attempts().getLast().server()).startsWith("mx2.there.example[127.0.0.2]");
  }

  @ParameterizedTest
  @ValueSource(strings = {FakeMx.CONNECT, "EHLO", "RCPT"})
  void aServerThatStallsLeavesTimeForTheNext(String stage) throws IOException {
    first.always(stage, FakeMx.stall());

    assertThat(end(sent("bob@there.example"), 0)).startsWith("Sent");
    assertThat(second.received()).hasSize(1);
  }

  @Test
  void aServerThatIsDownIsPassedOver() throws IOException {
    first.close();

    assertThat(end(sent("bob@there.example"), 0)).startsWith("Sent");
    assertThat(second.received()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"421 4.3.2 closing", "554 5.7.1 not from you"})
  void aServerThatDoesNotGreetIsPassedOver(String greeting) throws IOException {
    first.always(FakeMx.CONNECT, FakeMx.drop(greeting));

    assertThat(end(sent("bob@there.example"), 0)).startsWith("Sent");
  }

  @Test
  void whenAllAreDownItIsTriedAgainOnTheSchedule() throws IOException {
    first.always(FakeMx.CONNECT, FakeMx.drop());
    second.always(FakeMx.CONNECT, FakeMx.drop("554 5.7.1 no"));

    QueueEntry entry = sent("bob@there.example");

    assertThat(entry.status()).isEqualTo(Status.DEFERRED);
    assertThat(entry.nextAttempt())
        .isBetween(
            clock.instant().plus(WAIT), clock.instant().plus(WAIT.multipliedBy(11).dividedBy(10)));
    assertThat(entry.attempts().getLast().reply().toString()).startsWith("451 4.4.2");
    assertThat(wakes).extracting(InMemoryOutboundQueue.Wake::at).contains(entry.nextAttempt());
    assertThat(messages.open(id)).isPresent();
    first.reset();

    resend(entry); // too early: nothing but another wake
    assertThat(first.received()).isEmpty();
    clock.advance(WAIT.multipliedBy(2));
    resend(entry);

    assertThat(end(now(entry), 0)).startsWith("Sent");
    assertThat(now(entry).attemptsMade()).isEqualTo(2);
    assertThat(messages.open(id)).isEmpty();
  }

  @Test
  void eachRecipientHasItsOwnEndAndNoneIsSentTwice() throws IOException {
    first.always("RCPT TO:<gone@", FakeMx.reply("550 5.1.1 no such user"));
    first.once("RCPT TO:<grey@", FakeMx.reply("451 4.7.1 come later"));

    QueueEntry entry = sent("bob@there.example", "gone@there.example", "grey@there.example");

    assertThat(end(entry, 0)).startsWith("Sent");
    assertThat(end(entry, 1)).isEqualTo("Bounced 550 5.1.1 no such user");
    assertThat(end(entry, 2)).isEqualTo("waiting");
    assertThat(entry.status()).isEqualTo(Status.DEFERRED);
    assertThat(second.commands()).isEmpty();
    assertThat(bounces())
        .singleElement()
        .asString()
        .contains(
            "Final-Recipient: rfc822; gone@there.example",
            "Status: 5.1.1",
            "Remote-MTA: dns; mx1.there.example",
            "Diagnostic-Code: smtp; 550 5.1.1 no such user")
        .doesNotContain("grey@");
    clock.advance(WAIT.multipliedBy(2));
    resend(entry);

    assertThat(end(now(entry), 2)).startsWith("Sent");
    assertThat(first.received())
        .extracting(FakeMx.Received::recipients)
        .containsExactly(List.of("bob@there.example"), List.of("grey@there.example"));
    assertThat(bounces()).hasSize(1);
  }

  @Test
  void afterTheLastAttemptTheSenderIsTold() throws IOException {
    first.always("RCPT", FakeMx.reply("452 4.2.2 mailbox full"));
    QueueEntry entry = sent("bob@there.example");
    for (int i = 0; i < 2; i++) {
      clock.advance(WAIT.multipliedBy(2));
      resend(entry);
    }

    assertThat(now(entry).status()).isEqualTo(Status.DONE);
    assertThat(end(now(entry), 0))
        .startsWith("Bounced 554 5.4.7 delivery time expired after 3 attempts")
        .endsWith("452 4.2.2 mailbox full");
    assertThat(bounces()).singleElement().asString().contains("Status: 5.4.7");
    assertThat(messages.open(id)).isEmpty();
  }

  @Test
  void aScheduleMayBeginLater() throws IOException {
    send = sender(Optional.empty(), RetrySchedule.of(List.of(WAIT)));
    QueueEntry entry = enqueue(false, "bob@there.example");

    resend(entry);
    assertThat(first.commands()).isEmpty();
    assertThat(wakes.getLast().at()).isEqualTo(id.acceptedAt().plus(WAIT));
    clock.advance(WAIT);
    resend(entry);

    assertThat(first.received()).hasSize(1);
  }

  @Test
  void aServerThatDiesAfterIts250HasTheMessage() throws IOException {
    first.always(FakeMx.END_OF_DATA, FakeMx.drop("250 2.0.0 taken"));

    assertThat(end(sent("bob@there.example"), 0)).startsWith("Sent");
    assertThat(second.received()).isEmpty();
  }

  @Test
  void silenceAfterTheFinalDotIsNoReasonForACopyToTheNext() throws IOException {
    first.always(FakeMx.END_OF_DATA, FakeMx.stall());

    QueueEntry entry = sent("bob@there.example");
    assertThat(entry.status()).isEqualTo(Status.DEFERRED);
    assertThat(second.received()).isEmpty();

    clock.advance(WAIT.multipliedBy(2)); // but it must not be the end of the message either
    resend(entry);
    assertThat(end(now(entry), 0)).startsWith("Sent");
    assertThat(second.received()).hasSize(1);
  }

  @Test
  void tlsThatBreaksIsNoReasonNotToDeliver() throws IOException {
    first
        .offers("STARTTLS", "PIPELINING")
        .always("STARTTLS", FakeMx.raw("220 go\r\nno handshake\r\n"));

    assertThat(end(sent("bob@there.example"), 0)).startsWith("Sent");
    assertThat(first.received())
        .singleElement()
        .satisfies(received -> assertThat(received.tls()).isFalse());
  }

  @Test
  void tlsIsUsedAndTold() throws IOException {
    first.offers("STARTTLS", "PIPELINING");
    patience = Duration.ofSeconds(60); // a handshake on a busy machine
    send = sender(Optional.empty(), RetrySchedule.of(List.of(Duration.ZERO, WAIT)));

    assertThat(sent("bob@there.example").attempts().getLast().tls()).startsWith("TLSv1.3");
    assertThat(first.received().getFirst().tls()).isTrue();
  }

  @Test
  void aNullSenderIsNotTold() throws IOException {
    id = store("", TEXT);
    first.always("RCPT", FakeMx.reply("550 5.1.1 no"));

    assertThat(end(sent("bob@there.example"), 0)).startsWith("Bounced 550 5.1.1");
    assertThat(bounces()).isEmpty();
    assertThat(first.commands()).anyMatch(line -> line.startsWith("MAIL FROM:<>"));
  }

  @Test
  void dnsDecidesWhatItCanDecide() throws IOException {
    dns.add("null.example", "MX", "0 .").fails("broken.example");

    assertThat(end(sent("bob@nowhere.example"), 0)).startsWith("Bounced 550 5.1.2");
    id = store("alice@here.example", TEXT);
    assertThat(end(sent("bob@null.example"), 0)).startsWith("Bounced 556 5.1.10");
    id = store("alice@here.example", TEXT);
    assertThat(sent("bob@broken.example").attempts().getLast().reply().toString())
        .startsWith("451 4.4.3");
    assertThat(bounces()).hasSize(2);
  }

  @Test
  void theSmartHostTakesAllButRelayedDomains() throws IOException {
    send = sender(Optional.of(new HostPort("127.0.0.2", second.port())), RetrySchedule.DEFAULT);
    sent("bob@there.example");
    assertThat(second.received()).hasSize(1);

    directory.putDomain(
        new Domain(
            "relayed.example",
            Domain.Kind.RELAY,
            Optional.of(new HostPort("127.0.0.1", first.port())),
            SenderPolicy.DEFAULT));
    id = store("alice@here.example", TEXT);
    sent("bob@relayed.example");
    assertThat(first.received()).hasSize(1);
  }

  @Test
  void theDirectorysSmartHostGoesBeforeTheSettings() throws IOException {
    send = sender(Optional.of(new HostPort("127.0.0.1", first.port())), RetrySchedule.DEFAULT);
    directory.putRelay(
        new RelaySettings(
            List.of(), Optional.of(SmartHost.of(new HostPort("127.0.0.2", second.port())))));

    sent("bob@there.example");

    assertThat(second.received()).hasSize(1);
  }

  @Test
  void aReroutedEntryGoesWhereTheAdministratorSaysBeforeAllElse() throws IOException {
    send = sender(Optional.of(new HostPort("127.0.0.1", first.port())), RetrySchedule.DEFAULT);
    first.always("RCPT", FakeMx.reply("451 4.7.1 later"));
    QueueEntry deferred = sent("bob@there.example");
    var other = Optional.of(new HostPort("127.0.0.2", second.port()));
    queue.replace(
        deferred,
        deferred
            .withByHand(ByHand.NOTHING.withRoute(other))
            .withStatus(Status.DEFERRED, clock.instant()));

    resend(deferred);

    assertThat(second.received()).hasSize(1);
    assertThat(now(deferred).status()).isEqualTo(Status.DONE);
    assertThat(now(deferred).byHand().route()).isEqualTo(other);
  }

  @Test
  void mailOfASendersDomainGoesThroughItsOwnSmartHost() throws IOException {
    sendWithSmartHostFor("here.example");
    assertThat(second.received()).hasSize(1);
    assertThat(first.received()).isEmpty();
  }

  @Test
  void theSmartHostOfAnotherDomainIsNotUsed() throws IOException {
    sendWithSmartHostFor("sub.here.example");
    assertThat(second.received()).isEmpty();
    assertThat(first.received()).hasSize(1);
  }

  /** The second server is that of the domain, the first is everybody else's. */
  private void sendWithSmartHostFor(String domain) throws IOException {
    send = sender(Optional.of(new HostPort("127.0.0.1", first.port())), RetrySchedule.DEFAULT);
    var smartHosts =
        new SmartHosts(
            Optional.empty(),
            Map.of(domain, SmartHost.of(new HostPort("127.0.0.2", second.port()))));
    directory.putRelay(new RelaySettings(List.of(), smartHosts, List.of()));
    sent("bob@there.example");
  }

  @Test
  void aBackupMxPassesMailToItsBettersOnly() throws IOException {
    dns.add("relayed.example", "MX", "10 mx2.there.example.")
        .add("relayed.example", "MX", "20 mx.us.example.")
        .add("relayed.example", "MX", "30 mx1.there.example.");
    directory.putDomain(
        new Domain("relayed.example", Domain.Kind.RELAY, Optional.empty(), SenderPolicy.DEFAULT));
    second.always("MAIL", FakeMx.drop());

    assertThat(sent("bob@relayed.example").status()).isEqualTo(Status.DEFERRED);
    assertThat(first.commands()).isEmpty();
  }

  @Test
  void aBodyThatOthersHoldStaysUntilTheLastLetsGo() throws IOException {
    EntryId entry = new EntryId(id, "there.example", 0);
    holders.hold(id, List.of("queue:" + entry, "mailbox:carol@us.example"));

    sent(true, "bob@there.example");

    assertThat(messages.open(id)).isPresent();
    assertThat(holders.of(id)).containsExactly("mailbox:carol@us.example");
  }

  @Test
  void aMessageThatGoesInCirclesIsStopped() throws IOException {
    id = store("alice@here.example", "Received: from x by y\r\n".repeat(101) + TEXT);

    assertThat(end(sent("bob@there.example"), 0)).startsWith("Bounced 554 5.4.6");
    assertThat(first.commands()).isEmpty();
  }

  @Test
  void aLargeMessageArrivesAlsoWhenTheFirstExchangerDropsIt() throws IOException {
    String large = TEXT + "0123456789abcdef\r\n".repeat(200_000);
    id = store("alice@here.example", large);
    first.always(FakeMx.CONTENT, FakeMx.drop());

    assertThat(end(sent("bob@there.example"), 0)).startsWith("Sent");
    assertThat(second.received().getFirst().text()).isEqualTo(large);
  }

  @Test
  void twoThatAreWokenAtOnceSendOnce() throws IOException {
    QueueEntry entry = enqueue(false, "bob@there.example");
    queue.book(
        entry.id(), clock.instant(), clock.instant().plusSeconds(300)); // the other one is at it

    resend(entry);
    assertThat(first.commands()).isEmpty();
    clock.advance(Duration.ofSeconds(301)); // the other one is lost
    resend(entry);

    assertThat(first.received()).hasSize(1);
    assertThat(now(entry).attemptsMade()).isEqualTo(2);
  }

  @Test
  void aBodyThatIsGoneIsAFailureThatIsTold() throws IOException {
    messages.delete(List.of(id));

    assertThat(end(sent("bob@there.example"), 0)).startsWith("Bounced 554 5.3.0");
    assertThat(bounces()).hasSize(1);
  }

  @Test
  void aPeerThatKnowsDsnGetsItsParametersAndTellsTheSenderItself() throws IOException {
    Map<String, String> dsn = Map.of("NOTIFY", "SUCCESS", "ORCPT", "rfc822;bob@old.example");

    resend(enqueue(false, dsn, "bob@there.example"));

    assertThat(first.commands())
        .contains("RCPT TO:<bob@there.example> NOTIFY=SUCCESS ORCPT=rfc822;bob@old.example");
    assertThat(bounces()).isEmpty();
  }

  @Test
  void ofAPeerThatKnowsNoDsnTheSenderIsToldThatItHasTheMessage() throws IOException {
    first.offers("PIPELINING", "8BITMIME");

    QueueEntry asked = enqueue(false, Map.of("NOTIFY", "SUCCESS"), "bob@there.example");
    resend(asked);

    assertThat(end(now(asked), 0)).startsWith("Sent 250");
    assertThat(first.commands()).contains("RCPT TO:<bob@there.example>");
    assertThat(bounces())
        .singleElement()
        .satisfies(report ->
            assertThat(report)
                .contains("Action: relayed", "Final-Recipient: rfc822; bob@there.example")
                .contains("Remote-MTA: dns; mx1.there.example"));
  }

  @Test
  void eightBitsAreConvertedForAPeerThatTakesSeven() throws IOException {
    first.offers("PIPELINING", "SIZE 1000000");
    id = store("alice@here.example", "Subject: hello\r\n\r\nGr\u00fc\u00dfe = 1\r\n");

    QueueEntry entry = sent("bob@there.example");

    assertThat(end(entry, 0)).startsWith("Sent 250");
    assertThat(first.received().getFirst().mail()).isEqualTo("MAIL FROM:<alice@here.example>");
    assertThat(first.received().getFirst().text())
        .isEqualTo(
            "Subject: hello\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: text/plain; charset=unknown-8bit\r\n"
                + "Content-Transfer-Encoding: quoted-printable\r\n\r\n"
                + "Gr=C3=BC=C3=9Fe =3D 1\r\n");
  }

  @Test
  void noMoreRecipientsGoTogetherThanThePeerTakes() throws IOException {
    first.offers("PIPELINING", "8BITMIME", "DSN", "LIMITS MAILMAX=100 RCPTMAX=2");

    QueueEntry entry =
        sent(
            "a@there.example",
            "b@there.example",
            "c@there.example",
            "d@there.example",
            "e@there.example");

    assertThat(entry.status()).isEqualTo(Status.DONE);
    assertThat(first.received())
        .extracting(received -> received.recipients().size())
        .containsExactly(2, 2, 1);
  }

  @Test
  void whoWasOneTooManyGoesInAnotherTransactionAtOnce() throws IOException {
    first
        .once("RCPT TO:<b@", FakeMx.reply("452 4.5.3 too many recipients"))
        .once("RCPT TO:<c@", FakeMx.reply("452 4.5.3 too many recipients"));

    QueueEntry entry = sent("a@there.example", "b@there.example", "c@there.example");

    assertThat(entry.status()).isEqualTo(Status.DONE);
    assertThat(first.received())
        .extracting(received -> received.recipients().size())
        .containsExactly(1, 2);
  }

  @Test
  void aPeerForWhomEveryRecipientIsTooManyIsTriedLater() throws IOException {
    first.always("RCPT", FakeMx.reply("452 4.5.3 too many recipients"));

    QueueEntry entry = sent("a@there.example", "b@there.example");

    assertThat(entry.waiting()).hasSize(2);
    assertThat(entry.status()).isEqualTo(Status.DEFERRED);
  }

  @Test
  void whoAskedIsToldOnceOfALongDelay() throws IOException {
    send =
        sender(
            Optional.empty(),
            RetrySchedule.of(List.of(Duration.ZERO, Duration.ofHours(4), WAIT, WAIT, WAIT)));
    first.always("RCPT", FakeMx.reply("451 4.7.1 come later"));
    QueueEntry entry = enqueue(false, Map.of("NOTIFY", "FAILURE,DELAY"), "bob@there.example");

    resend(entry);
    assertThat(bounces()).isEmpty();
    for (int attempt = 2; attempt < 5; attempt++) {
      clock.advanceTo(now(entry).nextAttempt());
      resend(entry);
      assertThat(bounces())
          .singleElement()
          .satisfies(report ->
              assertThat(report)
                  .contains("Action: delayed", "Status: 4.7.1", "you need not send it again"));
    }
    clock.advanceTo(now(entry).nextAttempt());
    resend(entry);
    assertThat(bounces()).hasSize(2).last().asString().contains("Action: failed");
  }

  @Test
  void whoDidNotAskIsNotToldOfADelay() throws IOException {
    send = sender(Optional.empty(), RetrySchedule.of(List.of(Duration.ZERO, WAIT, WAIT)));
    first.always("RCPT", FakeMx.reply("451 4.7.1 come later"));
    clock.advance(Duration.ofHours(5));

    resend(enqueue(false, "bob@there.example"));

    assertThat(bounces()).isEmpty();
  }

  @Test
  void whoWantsNoReportGetsNone() throws IOException {
    first.offers("PIPELINING").always("RCPT", FakeMx.reply("550 5.1.1 no such user"));

    resend(enqueue(false, Map.of("NOTIFY", "NEVER"), "bob@there.example"));

    assertThat(bounces()).isEmpty();
  }

  private MessageId store(String sender, String text) throws IOException {
    MessageId fresh = MessageId.at(clock.instant(), random);
    Envelope envelope =
        new Envelope(
            EmailAddress.parse(sender),
            Map.of(),
            List.of(new Envelope.Recipient(address("x@y.example"))),
            new Envelope.Origin(
                clock.instant(),
                Optional.of("203.0.113.9"),
                "test",
                Optional.empty(),
                Optional.empty()));
    try (var draft = messages.begin(fresh, envelope)) {
      draft.write(text.getBytes(StandardCharsets.UTF_8));
      draft.commit();
    }
    return fresh;
  }

  private QueueEntry enqueue(boolean shared, String... recipients) throws IOException {
    return enqueue(shared, Map.of(), recipients);
  }

  private QueueEntry enqueue(boolean shared, Map<String, String> parameters, String... recipients)
      throws IOException {
    StoredMessage stored = messages.open(id).orElse(null);
    List<QueuedRecipient> queued =
        Arrays.stream(recipients)
            .map(text -> new QueuedRecipient(address(text), parameters, Optional.empty()))
            .toList();
    QueueEntry entry =
        new QueueEntry(
            new EntryId(id, queued.getFirst().address().domain(), 0),
            new QueueEntry.Mail(
                stored == null
                    ? Optional.of(address("alice@here.example"))
                    : stored.envelope().sender(),
                100,
                shared,
                ""),
            new QueueEntry.Turn(
                Status.QUEUED, clock.instant(), 0, queued.getFirst().address().domain()),
            queued,
            List.of(),
            ByHand.NOTHING);
    queue.enqueue(List.of(entry));
    return entry;
  }

  private QueueEntry sent(String... recipients) throws IOException {
    return sent(false, recipients);
  }

  private QueueEntry sent(boolean shared, String... recipients) throws IOException {
    QueueEntry entry = enqueue(shared, recipients);
    resend(entry);
    return now(entry);
  }

  private Health resend(QueueEntry entry) throws IOException {
    return send.send(
        EntryWake.of(entry, Optional.empty()),
        InvocationTime.of(clock.instant(), Duration.ofSeconds(310)));
  }

  private QueueEntry now(QueueEntry entry) {
    return queue.entries(entry.id().message()).stream()
        .filter(e -> e.id().equals(entry.id()))
        .findFirst()
        .orElseThrow();
  }

  private static String end(QueueEntry entry, int recipient) {
    return entry
        .recipients()
        .get(recipient)
        .end()
        .map(end ->
            switch (end) {
              case End.Sent(var reply) -> "Sent " + reply;
              case End.Bounced(var reply) -> "Bounced " + reply;
              case End.Removed() -> "Removed";
            })
        .orElse("waiting");
  }

  private List<String> bounces() throws IOException {
    List<String> bounces = new ArrayList<>();
    for (Iterator<MessageId> ids = messages.listFrom(MessageId.first(Instant.EPOCH));
        ids.hasNext(); ) {
      try (StoredMessage message = messages.open(ids.next()).orElseThrow()) {
        String text = new String(message.content().readAllBytes(), StandardCharsets.UTF_8);
        if (text.contains("MAILER-DAEMON@mx.us.example")) {
          assertThat(message.envelope().sender()).isEmpty();
          bounces.add(text.replaceAll("\r\n[ \t]+", " "));
        }
      }
    }
    return bounces;
  }

  private static EmailAddress address(String text) {
    return EmailAddress.parse(text).orElseThrow();
  }
}
