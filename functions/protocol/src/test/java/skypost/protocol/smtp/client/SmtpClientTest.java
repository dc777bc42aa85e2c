package skypost.protocol.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.net.TestTls;
import skypost.protocol.smtp.client.Transaction.Recipient;

class SmtpClientTest {
  private static final Duration SHORT = Duration.ofMillis(300);

  private final SmtpClient client =
      new SmtpClient("client.test", Timeouts.all(Duration.ofSeconds(20)));
  private final SmtpClient impatient = new SmtpClient("client.test", Timeouts.all(SHORT));
  private FakeMx mx;

  @BeforeEach
  void start() throws IOException {
    mx = FakeMx.start();
  }

  @AfterEach
  void stop() throws IOException {
    mx.close();
  }

  @Test
  void aMessageIsDeliveredWithItsEnvelopeAndEveryOctet() {
    String text = "Subject: x\r\n\r\n.\r\n..two\r\n.one\r\nlast without end";

    List<Outcome> outcomes = send(client, text, "bob@there.example", "carol@there.example");

    assertThat(outcomes).allMatch(Outcome.Delivered.class::isInstance).hasSize(2);
    assertThat(outcomes.getFirst().reply().toString()).isEqualTo("250 2.0.0 taken");
    FakeMx.Received received = mx.received().getFirst();
    assertThat(received.text()).isEqualTo(text + "\r\n");
    assertThat(received.helo()).isEqualTo("client.test");
    assertThat(received.mail()).isEqualTo("MAIL FROM:<alice@here.example> SIZE=" + text.length());
    assertThat(received.recipients()).containsExactly("bob@there.example", "carol@there.example");
  }

  @Test
  void bareLineEndsNeverReachThePeer() {
    send(client, "a\nb\rc\r\r\n.d\n.\r\n", "bob@there.example");

    assertThat(mx.received().getFirst().text()).isEqualTo("a\r\nb\r\nc\r\n\r\n.d\r\n.\r\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 5, 7, 16_384})
  void contentIsTheSameHoweverItsStreamIsCut(int chunk) {
    String text = "\r\n.\r\n..\r\nx\r\n.".repeat(3000) + "\r\n";

    List<Outcome> outcomes =
        send(client, chunked(text.getBytes(StandardCharsets.US_ASCII), chunk), "bob@there.example");

    assertThat(outcomes.getFirst()).isInstanceOf(Outcome.Delivered.class);
    assertThat(mx.received().getFirst().text()).isEqualTo(text);
  }

  @Test
  void aConnectionServesSeveralTransactions() {
    try (SmtpConnection connection = connected(client)) {
      for (int i = 0; i < 3; i++) {
        assertThat(
                connection
                    .send(transaction(content("n" + i + "\r\n"), "bob@there.example"))
                    .getFirst())
            .isInstanceOf(Outcome.Delivered.class);
      }
    }
    assertThat(mx.received())
        .extracting(FakeMx.Received::text)
        .containsExactly("n0\r\n", "n1\r\n", "n2\r\n");
    assertThat(mx.commands()).filteredOn(line -> line.startsWith("EHLO")).hasSize(1);
    mx.awaitQuit();
  }

  @Test
  void eachRecipientGetsItsOwnOutcome() {
    mx.always("RCPT TO:<gone@", FakeMx.reply("550-5.1.1 no such", "550 5.1.1 user"));
    mx.always("RCPT TO:<grey@", FakeMx.reply("451 4.7.1 come later"));

    List<Outcome> outcomes =
        send(client, "x\r\n", "gone@there.example", "grey@there.example", "bob@there.example");

    assertThat(outcomes.get(0)).isInstanceOf(Outcome.Failed.class);
    assertThat(outcomes.get(0).reply().toString()).isEqualTo("550 5.1.1 no such user");
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Deferred.class);
    assertThat(outcomes.get(2)).isInstanceOf(Outcome.Delivered.class);
    assertThat(mx.received().getFirst().recipients()).containsExactly("bob@there.example");
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void hundredsOfRecipientsGoInOneTransaction(boolean pipelining) {
    mx.offers(pipelining ? "PIPELINING" : "8BITMIME");
    mx.always("RCPT TO:<r7@", FakeMx.reply("550 no"));
    String[] recipients = new String[300];
    Arrays.setAll(recipients, i -> "r" + i + "@there.example");

    List<Outcome> outcomes = send(client, "x\r\n", recipients);

    assertThat(outcomes.get(7)).isInstanceOf(Outcome.Failed.class);
    assertThat(outcomes).filteredOn(Outcome.Relayed.class::isInstance).hasSize(299);
    assertThat(mx.received().getFirst().recipients()).hasSize(299);
  }

  @Test
  void aRefusedTransactionDoesNotSpoilTheNext() {
    mx.once("RCPT", FakeMx.reply("550 5.1.1 no"));
    mx.once("MAIL FROM:<alice@here.example>", FakeMx.reply("250 ok"));
    mx.once("MAIL FROM:<alice@here.example>", FakeMx.reply("550 5.7.1 not you"));
    try (SmtpConnection connection = connected(client)) {
      Transaction transaction = transaction(content("x\r\n"), "bob@there.example");
      assertThat(connection.send(transaction).getFirst()).isInstanceOf(Outcome.Failed.class);
      assertThat(connection.send(transaction).getFirst().reply().toString())
          .isEqualTo("550 5.7.1 not you");
      assertThat(connection.send(transaction).getFirst()).isInstanceOf(Outcome.Delivered.class);
    }
    assertThat(mx.received()).hasSize(1);
  }

  @ParameterizedTest
  @ValueSource(strings = {"MAIL", "RCPT", "DATA", FakeMx.CONTENT, FakeMx.END_OF_DATA})
  void aHangUpWithoutAnAnswerDecidesNothing(String stage) {
    mx.once(stage, FakeMx.drop());

    List<Outcome> outcomes = send(client, "x".repeat(900) + "\r\n", "bob@there.example");

    assertThat(outcomes.getFirst()).isInstanceOf(Outcome.Undecided.class);
    assertThat(outcomes.getFirst().reply().isTransient()).isTrue();
  }

  @Test
  void silenceAfterTheFinalDotDefersSoThatNoOtherExchangerGetsACopy() {
    mx.once(FakeMx.END_OF_DATA, FakeMx.stall());

    assertThat(send(impatient, "x\r\n", "bob@there.example").getFirst())
        .isInstanceOf(Outcome.Deferred.class);
  }

  @Test
  void aServerThatTakesTheMessageAndDiesHasTakenIt() {
    mx.once(FakeMx.END_OF_DATA, FakeMx.drop("250 2.0.0 taken"));

    assertThat(send(client, "x\r\n", "bob@there.example").getFirst())
        .isInstanceOf(Outcome.Delivered.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"EHLO", "MAIL", "RCPT", "DATA", FakeMx.END_OF_DATA})
  void aStallEndsInTime(String stage) {
    mx.once(stage, FakeMx.stall());

    Outcome outcome = trySend(impatient, "x\r\n", "bob@there.example");

    assertThat(outcome.reply().isTransient()).isTrue();
    assertThat(outcome.reply().toString()).contains("timed out");
  }

  @Test
  void aPeerThatStopsReadingIsCutOff() throws IOException {
    try (ServerSocket deaf = new ServerSocket(0, 1, java.net.InetAddress.getLoopbackAddress())) {
      deaf.setReceiveBufferSize(4096);
      Thread.ofVirtual().start(() -> takeCommandsThenNothing(deaf));
      Peer peer = new Peer("deaf.test", (InetSocketAddress) deaf.getLocalSocketAddress());
      ConnectResult result = impatient.connect(clear(peer), Deadline.in(Duration.ofSeconds(30)));
      try (SmtpConnection connection = ((ConnectResult.Connected) result).connection()) {
        Outcome outcome =
            connection
                .send(transaction(content("x".repeat(70) + "\r\n", 300_000), "bob@there.example"))
                .getFirst();
        assertThat(outcome.reply().isTransient()).isTrue();
      }
    }
  }

  @Test
  void theDeadlineCutsWhatTimeoutsWouldAllow() {
    mx.once("EHLO", FakeMx.stall());

    ConnectResult result = client.connect(mx.hop(), Deadline.in(SHORT));

    assertThat(((ConnectResult.NotConnected) result).reply().toString()).contains("timed out");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "HTTP/1.1 400 Bad Request\r\n",
        "\r\n",
        "250-ok\r\n550 no\r\n",
        "2\u00005 0\r\n",
        "999 x\r\n",
        "250_ok\r\n"
      })
  void garbageIsATemporaryFailure(String garbage) {
    mx.once("MAIL", FakeMx.raw(garbage));

    Outcome outcome = trySend(client, "x\r\n", "bob@there.example");

    assertThat(outcome).isInstanceOf(Outcome.Undecided.class);
    assertThat(outcome.reply().toString()).startsWith("451 4.5.0");
  }

  @Test
  void endlessRepliesAreCut() {
    mx.once("EHLO", FakeMx.raw("250-x\r\n".repeat(10_000)));
    assertThat(trySend(client, "x\r\n", "bob@there.example").reply().toString())
        .startsWith("451 4.5.0");

    mx.once("EHLO", FakeMx.raw("250 " + "x".repeat(100_000)));
    assertThat(trySend(client, "x\r\n", "bob@there.example").reply().toString())
        .startsWith("451 4.5.0");
  }

  @Test
  void anOldServerIsGreetedWithHelo() {
    mx.always("EHLO", FakeMx.reply("502 5.5.1 what is that"));

    assertThat(send(client, "x\r\n", "bob@there.example").getFirst())
        .isInstanceOf(Outcome.Relayed.class);
    assertThat(mx.received().getFirst().mail()).isEqualTo("MAIL FROM:<alice@here.example>");
  }

  @Test
  void whatAServerSaysInsteadOfAGreetingIsTold() {
    mx.once(FakeMx.CONNECT, FakeMx.drop("554 5.7.1 you are listed"));
    assertThat(trySend(client, "x\r\n", "bob@there.example").reply().toString())
        .isEqualTo("554 5.7.1 you are listed");

    mx.once(FakeMx.CONNECT, FakeMx.drop("421 4.3.2 too busy"));
    assertThat(trySend(client, "x\r\n", "bob@there.example").reply().toString())
        .isEqualTo("421 4.3.2 too busy");
  }

  @Test
  void a421InTheMiddleDecidesNothingForTheRest() {
    mx.once("RCPT TO:<gone@", FakeMx.reply("550 5.1.1 no"));
    mx.once("RCPT TO:<bob@", FakeMx.drop("421 4.3.2 shutting down"));

    List<Outcome> outcomes =
        send(client, "x\r\n", "gone@there.example", "bob@there.example", "carol@there.example");

    assertThat(outcomes.get(0)).isInstanceOf(Outcome.Failed.class);
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Undecided.class);
    assertThat(outcomes.get(2)).isInstanceOf(Outcome.Undecided.class);
  }

  @Test
  void aMessageTooLargeForTheServerIsNotSent() {
    mx.offers("SIZE 1000");

    Outcome outcome = send(client, "x\r\n".repeat(400), "bob@there.example").getFirst();

    assertThat(outcome).isInstanceOf(Outcome.Failed.class);
    assertThat(outcome.reply().toString()).startsWith("552 5.3.4");
    assertThat(mx.commands()).noneMatch(line -> line.startsWith("MAIL"));
  }

  @Test
  void internationalizedMailNeedsAServerThatTakesIt() {
    mx.offers("PIPELINING", "8BITMIME");
    List<Outcome> outcomes = send(client, "x\r\n", "j\u00f6rg@there.example", "bob@there.example");
    assertThat(outcomes.get(0).reply().toString()).startsWith("553 5.6.7");
    assertThat(outcomes.get(1)).isInstanceOf(Outcome.Relayed.class);

    mx.offers("PIPELINING", "8BITMIME", "SMTPUTF8");
    assertThat(send(client, "x\r\n", "j\u00f6rg@there.example").getFirst())
        .isInstanceOf(Outcome.Relayed.class);
    assertThat(mx.received().getLast().mail()).endsWith(" SMTPUTF8");
    assertThat(mx.received().getLast().recipients()).containsExactly("j\u00f6rg@there.example");
  }

  @Test
  void dsnParametersArePassedOnWhereTheyAreTaken() {
    Transaction transaction =
        new Transaction(
            Optional.empty(),
            Map.of("RET", "HDRS", "ENVID", "a+2Bb", "BODY", "7BIT"),
            List.of(
                new Recipient(
                    address("bob@there.example"),
                    Map.of("NOTIFY", "NEVER", "ORCPT", "rfc822;bob@x", "X", "y"))),
            content("\u00e4\r\n"));

    try (SmtpConnection connection = connected(client)) {
      connection.send(transaction);
    }

    assertThat(mx.commands())
        .contains(
            "MAIL FROM:<> SIZE=4 BODY=8BITMIME RET=HDRS ENVID=a+2Bb",
            "RCPT TO:<bob@there.example> NOTIFY=NEVER ORCPT=rfc822;bob@x");
  }

  @Test
  void tlsIsStartedWhereItIsOffered() {
    mx.offers("STARTTLS", "PIPELINING");

    ConnectResult result =
        client.connect(hop(OpportunisticTls.demand()), Deadline.in(Duration.ofSeconds(30)));
    try (SmtpConnection connection = ((ConnectResult.Connected) result).connection()) {
      assertThat(connection.tls()).startsWith("TLSv1.3 ");
      assertThat(connection.send(transaction(content("x\r\n"), "bob@there.example")).getFirst())
          .isInstanceOf(Outcome.Relayed.class);
    }
    assertThat(mx.received().getFirst().tls()).isTrue();
    assertThat(mx.commands()).filteredOn(line -> line.startsWith("EHLO")).hasSize(2);
  }

  @Test
  void brokenTlsIsNoReasonNotToSpeakInTheClearWhereItIsAMereOpportunity() {
    mx.offers("STARTTLS");
    mx.once("STARTTLS", FakeMx.raw("220 go ahead\r\nthis is no handshake\r\n"));
    mx.once("STARTTLS", FakeMx.drop("220 go ahead"));

    for (int i = 0; i < 2; i++) {
      ConnectResult result =
          client.connect(hop(OpportunisticTls.demand()), Deadline.in(Duration.ofSeconds(30)));
      try (SmtpConnection connection = ((ConnectResult.Connected) result).connection()) {
        assertThat(connection.tls()).isEmpty();
      }
    }
    assertThat(mx.commands()).filteredOn("STARTTLS"::equals).hasSize(2);
  }

  @Test
  void aServerThatCannotStartTlsAfterAllIsSpokenToInTheClear() {
    mx.offers("STARTTLS");
    mx.once("STARTTLS", FakeMx.reply("454 4.7.0 no certificate"));

    ConnectResult result =
        client.connect(hop(OpportunisticTls.demand()), Deadline.in(Duration.ofSeconds(30)));

    try (SmtpConnection connection = ((ConnectResult.Connected) result).connection()) {
      assertThat(connection.tls()).isEmpty();
    }
  }

  @Test
  void requiredTlsIsStartedWithTheServerThatProvesItsName() {
    mx.offers("STARTTLS", "PIPELINING");

    ConnectResult result = client.connect(hop(required("localhost")), soon());

    try (SmtpConnection connection = ((ConnectResult.Connected) result).connection()) {
      assertThat(connection.tls()).startsWith("TLSv1.3 ");
    }
  }

  @Test
  void withoutTheTlsThatIsRequiredNothingIsSaid() {
    assertThat(failed(required("localhost")))
        .startsWith("454 4.7.4 TLS is required by the test: STARTTLS is not offered");

    mx.offers("STARTTLS");
    mx.once("STARTTLS", FakeMx.reply("454 4.7.0 no certificate"));
    assertThat(failed(required("localhost"))).contains("454 4.7.4", "no certificate");

    mx.once("STARTTLS", FakeMx.raw("220 go ahead\r\nthis is no handshake\r\n"));
    assertThat(failed(required("localhost"))).startsWith("454 4.7.5 TLS is required by the test");

    assertThat(failed(required("mx.elsewhere.test"))).contains("454 4.7.5", "mx.elsewhere.test");
    assertThat(failed(new TlsDemand.Required(ServerIdentity.trusted("localhost"), "the test")))
        .startsWith("454 4.7.5"); // nobody has signed it

    assertThat(mx.commands()).noneMatch(line -> line.startsWith("MAIL"));
    assertThat(mx.commands()).filteredOn("STARTTLS"::equals).hasSize(4);
  }

  @Test
  void tlsMayBeginWithTheFirstOctet() {
    mx.wrapped();
    TlsDemand implicit =
        new TlsDemand.Implicit(
            new ServerIdentity(TestTls.client(), "localhost", true), "the submission port");

    ConnectResult result = client.connect(hop(implicit), soon());

    try (SmtpConnection connection = ((ConnectResult.Connected) result).connection()) {
      assertThat(connection.tls()).startsWith("TLSv1.3 ");
      assertThat(connection.send(transaction(content("x\r\n"), "bob@there.example")).getFirst())
          .isInstanceOf(Outcome.Delivered.class);
    }
    assertThat(mx.commands()).doesNotContain("STARTTLS");
  }

  @Test
  void aServerInTheClearIsNoneForImplicitTls() {
    mx.once(FakeMx.CONNECT, FakeMx.drop("220 hello"));
    TlsDemand implicit =
        new TlsDemand.Implicit(
            new ServerIdentity(TestTls.client(), "localhost", true), "the submission port");

    assertThat(failed(implicit)).startsWith("454 4.7.5 TLS is required by the submission port");
  }

  private static TlsDemand required(String name) {
    return new TlsDemand.Required(new ServerIdentity(TestTls.client(), name, true), "the test");
  }

  private String failed(TlsDemand demand) {
    return ((ConnectResult.TlsFailed) client.connect(hop(demand), soon())).reply().toString();
  }

  private static Deadline soon() {
    return Deadline.in(Duration.ofSeconds(30));
  }

  @Test
  void aSmallMessageGoesInOneBreathWhereTheServerTakesChunks() {
    mx.offers("PIPELINING", "CHUNKING", "SIZE");
    String text = "Subject: x\r\n\r\n.\r\n..two\r\nbare\nlast without end";

    List<Outcome> outcomes = send(client, text, "bob@there.example", "carol@there.example");

    assertThat(outcomes).allMatch(Outcome.Relayed.class::isInstance).hasSize(2);
    assertThat(mx.received())
        .singleElement()
        .satisfies(received ->
            assertThat(received.text()).isEqualTo(text.replace("bare\n", "bare\r\n") + "\r\n"));
    assertThat(mx.commands()).noneMatch(line -> line.equals("DATA"));
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aLargeMessageGoesInChunks(boolean pipelining) {
    mx.offers(pipelining ? "PIPELINING" : "X", "CHUNKING");
    String text = "\r\n.\r\n..\r\nx\r\n.".repeat(120_000) + "\r\n";

    assertThat(send(client, text, "bob@there.example").getFirst())
        .isInstanceOf(Outcome.Relayed.class);
    assertThat(mx.received().getFirst().text()).isEqualTo(text);
    assertThat(mx.commands()).filteredOn(line -> line.startsWith("BDAT")).hasSizeGreaterThan(4);
    assertThat(mx.commands()).filteredOn(line -> line.endsWith(" LAST")).hasSize(1);
  }

  @Test
  void chunksAheadOfTheRepliesLeaveEachRecipientItsOwnOutcome() {
    mx.offers("PIPELINING", "CHUNKING", "DSN");
    mx.once("RCPT TO:<gone@", FakeMx.reply("550 5.1.1 no"));
    mx.once("RCPT TO:<nobody@", FakeMx.reply("450 4.2.1 no"));

    try (SmtpConnection connection = connected(client)) {
      List<Outcome> mixed =
          connection.send(transaction(content("a\r\n"), "gone@there.example", "bob@there.example"));
      Outcome none =
          connection.send(transaction(content("b\r\n"), "nobody@there.example")).getFirst();
      mx.once("MAIL", FakeMx.reply("550 5.7.1 not you"));
      Outcome sender =
          connection.send(transaction(content("c\r\n"), "bob@there.example")).getFirst();
      Outcome last = connection.send(transaction(content("d\r\n"), "bob@there.example")).getFirst();

      assertThat(mixed.get(0)).isInstanceOf(Outcome.Failed.class);
      assertThat(mixed.get(1)).isInstanceOf(Outcome.Delivered.class);
      assertThat(none).isInstanceOf(Outcome.Deferred.class);
      assertThat(sender.reply().toString()).isEqualTo("550 5.7.1 not you");
      assertThat(last).isInstanceOf(Outcome.Delivered.class);
    }
    assertThat(mx.received()).extracting(FakeMx.Received::text).containsExactly("a\r\n", "d\r\n");
  }

  @ParameterizedTest
  @ValueSource(ints = {3, 400_000})
  void whatTheServerSaysOfChunksIsTheOutcome(int octets) {
    mx.offers("PIPELINING", "CHUNKING");
    String text = "x".repeat(octets - 2) + "\r\n";

    mx.once("BDAT", FakeMx.reply("554 5.7.1 spam"));
    assertThat(send(client, text, "bob@there.example").getFirst().reply().toString())
        .isEqualTo("554 5.7.1 spam");
    mx.once("BDAT", FakeMx.reply("452 4.3.1 full"));
    assertThat(send(client, text, "bob@there.example").getFirst())
        .isInstanceOf(Outcome.Deferred.class);
    mx.once("BDAT", FakeMx.reply("502 5.5.1 what is that"));
    assertThat(send(client, text, "bob@there.example").getFirst())
        .isInstanceOf(Outcome.Undecided.class);
    mx.once("BDAT", FakeMx.drop("421 4.3.2 closing"));
    assertThat(send(client, text, "bob@there.example").getFirst().reply().isTransient()).isTrue();
    mx.once(FakeMx.CONTENT, FakeMx.drop());
    assertThat(send(client, text, "bob@there.example").getFirst())
        .isInstanceOf(Outcome.Undecided.class);
    mx.once(FakeMx.END_OF_DATA, FakeMx.drop("250 2.0.0 taken"));
    assertThat(send(client, text, "bob@there.example").getFirst())
        .isInstanceOf(Outcome.Relayed.class);
  }

  @ParameterizedTest
  @ValueSource(strings = {"RCPT", FakeMx.CONTENT, FakeMx.END_OF_DATA})
  void aSilentServerThatHasTheChunksMayTakeThemYet(String stage) {
    mx.offers("PIPELINING", "CHUNKING").once(stage, FakeMx.stall());

    assertThat(send(impatient, "x\r\n", "bob@there.example").getFirst())
        .isInstanceOf(Outcome.Deferred.class);
  }

  @Test
  void eightBitContentIsConvertedInChunksToo() {
    mx.offers("PIPELINING", "CHUNKING");

    send(client, "Subject: x\r\n\r\n\u00e4\r\n", "bob@there.example");

    assertThat(mx.received().getFirst().text()).endsWith("\r\n\r\n=C3=A4\r\n");
  }

  @Test
  void whoWantsALoginOrTlsFirstSaysNothingOfTheMessage() { // RFC 4954 section 6
    for (String stage : List.of("MAIL", "RCPT")) {
      mx.once(stage, FakeMx.reply("530 5.7.0 must issue a STARTTLS command first"));
      assertThat(send(client, "x\r\n", "bob@there.example").getFirst().reply().toString())
          .startsWith("454 4.7.0")
          .contains("530 5.7.0");
    }
  }

  @Test
  void aMessageThatCannotBeReadToItsEndGetsNoFinalDot() {
    Transaction.Content broken =
        new TestContent("x\r\n".repeat(50).getBytes(StandardCharsets.US_ASCII), 1000) {
          @Override
          public InputStream open() {
            return new java.io.SequenceInputStream(
                super.open(),
                new InputStream() {
                  @Override
                  public int read() throws IOException {
                    throw new IOException("store is away");
                  }
                });
          }
        };
    Transaction.Content truncated =
        new TestContent("x\r\n".getBytes(StandardCharsets.US_ASCII), 1000);

    for (Transaction.Content content : List.of(broken, truncated)) {
      Outcome outcome = send(client, content, "bob@there.example").getFirst();
      assertThat(outcome.reply().toString()).startsWith("451 4.3.0");
    }
    assertThat(mx.received()).isEmpty();
  }

  @Test
  void nobodyListening() {
    // An address of its own: a listener that was just closed may still take one connection
    Peer peer =
        new Peer("mx.test", new InetSocketAddress(InetAddress.ofLiteral("127.0.0.77"), mx.port()));

    ConnectResult result = client.connect(clear(peer), Deadline.in(Duration.ofSeconds(30)));

    assertThat(((ConnectResult.NotConnected) result).reply().toString())
        .startsWith("451 4.4.1 cannot connect to mx.test[127.0.0.77]");
  }

  private static void takeCommandsThenNothing(ServerSocket deaf) {
    try (var socket = deaf.accept()) {
      var out = socket.getOutputStream();
      out.write("220 x\r\n".getBytes(StandardCharsets.US_ASCII));
      for (String reply : List.of("250 x\r\n", "250 x\r\n", "250 x\r\n", "354 x\r\n")) {
        socket.getInputStream().read(new byte[4096]);
        out.write(reply.getBytes(StandardCharsets.US_ASCII));
      }
      deaf.accept(); // returns when the test closes it
    } catch (IOException over) {
      return;
    }
  }

  private static Hop clear(Peer peer) {
    return new Hop(peer, new TlsDemand.Clear());
  }

  private Hop hop(TlsDemand tls) {
    return new Hop(mx.peer(), tls);
  }

  private SmtpConnection connected(SmtpClient by) {
    return switch (by.connect(mx.hop(), Deadline.in(Duration.ofSeconds(30)))) {
      case ConnectResult.Connected(SmtpConnection connection, var ignored) -> connection;
      case ConnectResult.NotConnected(var reply) -> throw new AssertionError(reply.toString());
      case ConnectResult.TlsFailed failed -> throw new AssertionError(failed.reply().toString());
    };
  }

  private List<Outcome> send(SmtpClient by, String text, String... recipients) {
    return send(by, content(text), recipients);
  }

  private List<Outcome> send(SmtpClient by, Transaction.Content content, String... recipients) {
    try (SmtpConnection connection = connected(by)) {
      return connection.send(transaction(content, recipients));
    }
  }

  private Outcome trySend(SmtpClient by, String text, String recipient) {
    return switch (by.connect(mx.hop(), Deadline.in(Duration.ofSeconds(30)))) {
      case ConnectResult.NotConnected(var reply) -> new Outcome.Undecided(reply);
      case ConnectResult.TlsFailed failed -> new Outcome.Undecided(failed.reply());
      case ConnectResult.Connected(SmtpConnection connection, var ignored) -> {
        try (connection) {
          yield connection.send(transaction(content(text), recipient)).getFirst();
        }
      }
    };
  }

  private static Transaction transaction(Transaction.Content content, String... recipients) {
    return new Transaction(
        Optional.of(address("alice@here.example")),
        Map.of(),
        Arrays.stream(recipients).map(text -> new Recipient(address(text), Map.of())).toList(),
        content);
  }

  private static EmailAddress address(String text) {
    return EmailAddress.parse(text).orElseThrow();
  }

  private static Transaction.Content content(String text) {
    byte[] octets = text.getBytes(StandardCharsets.UTF_8);
    return new TestContent(octets, octets.length);
  }

  private static Transaction.Content content(String line, int times) {
    return content(line.repeat(times));
  }

  private static Transaction.Content chunked(byte[] octets, int chunk) {
    return new TestContent(octets, octets.length) {
      @Override
      public InputStream open() {
        return new ByteArrayInputStream(octets) {
          @Override
          public synchronized int read(byte[] into, int from, int length) {
            return super.read(into, from, Math.min(length, chunk));
          }
        };
      }
    };
  }

  private static class TestContent implements Transaction.Content {
    private final byte[] octets;
    private final long size;

    TestContent(byte[] octets, long size) {
      this.octets = octets;
      this.size = size;
    }

    @Override
    public long size() {
      return size;
    }

    @Override
    public boolean isEightBit() {
      return new String(octets, StandardCharsets.ISO_8859_1).chars().anyMatch(c -> c > 127);
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
}
