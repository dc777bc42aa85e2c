package skypost.pop3;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static skypost.pop3.Pop3World.ANNA;
import static skypost.pop3.Pop3World.BOB;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.message.MessageId;

@Timeout(60)
class Pop3ServerTest {
  private static final String POP3_SASL = "SASL SCRAM-SHA-256-PLUS SCRAM-SHA-256 PLAIN LOGIN";
  private static final String OVERTAKEN =
      "-ERR messages were removed by another session; log in again";
  private static final String HELLO = "Subject: hi\r\n\r\nHello\r\n";

  // ---- content

  @Test
  void aMessageComesBackOctetForOctetBelowTheHeadersOfDelivery() throws IOException {
    String raw =
        "Subject: x\r\n\r\n.\r\n..\r\n\r\n"
            + everyOctet()
            + "\r\n"
            + "y".repeat(998)
            + "\r\n.end\r\n";
    try (Pop3World world = new Pop3World()) {
      MessageId id = world.deliver(raw, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        byte[] message = client.retrieve("RETR 1");
        assertThat(new String(message, ISO_8859_1))
            .isEqualTo(
                "Return-Path: <carl@there.example>\r\nDelivered-To: anna@here.example\r\n" + raw);
        assertThat(client.say("LIST 1")).isEqualTo("+OK 1 " + message.length);
        assertThat(client.say("STAT")).isEqualTo("+OK 1 " + message.length);
        assertThat(client.say("UIDL 1")).isEqualTo("+OK 1 " + id);
      }
    }
  }

  @Test
  void topShowsTheHeadersOfDeliveryToo() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver("Subject: hi\r\n\r\none\r\ntwo\r\n", ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        assertThat(client.lines("TOP 1 1"))
            .containsExactly(
                "Return-Path: <carl@there.example>",
                "Delivered-To: anna@here.example",
                "Subject: hi",
                "",
                "one");
      }
    }
  }

  @Test
  void manyMessagesOfAllSizesInOnePacketOfCommands() throws IOException {
    SplittableRandom random = new SplittableRandom(11);
    try (Pop3World world = new Pop3World()) {
      StringBuilder commands = new StringBuilder();
      List<String> raws =
          java.util.stream.IntStream.range(0, 40).mapToObj(i -> lines(random, i * i * 20)).toList();
      for (String raw : raws) {
        world.deliver(raw, ANNA);
        commands.append("RETR ").append(raws.indexOf(raw) + 1).append("\r\n");
      }
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.send(commands.substring(0, commands.length()));
        for (String raw : raws) {
          StringBuilder message = new StringBuilder();
          assertThat(client.line()).startsWith("+OK ");
          for (String line; !(line = client.line()).equals("."); ) {
            message.append(line.startsWith(".") ? line.substring(1) : line).append("\r\n");
          }
          assertThat(message.toString()).isEqualTo(Pop3World.headers(ANNA) + raw);
        }
      }
    }
  }

  // ---- deletion

  @Test
  void quitRemovesTheMessageWhichCanBeBroughtBack() throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId first = world.deliver(HELLO, ANNA);
      MessageId second = world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        assertThat(client.say("DELE 1")).startsWith("+OK");
        assertThat(client.say("QUIT")).isEqualTo("+OK Skypost signing off, 1 message left");
        assertThat(client.isClosedByServer()).isTrue();
      }
      assertThat(world.recoverable(ANNA)).containsExactly(first);
      assertThat(world.messages.open(second)).isPresent();
      assertThat(world.status(ANNA).messages()).isEqualTo(1);
      assertThat(world.status(ANNA).lease()).isEmpty();
    }
  }

  @Test
  void whereTheUserWantsItQuitAlsoRemovesWhatWasRetrieved() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.memory.create(ANNA, 0, Mailboxes.AfterRetrieval.DELETE);
      var first = world.deliver("one\r\n", ANNA);
      var second = world.deliver("two\r\n", ANNA);
      try (Pop3TestClient broken = world.loggedIn(ANNA)) {
        broken.lines("RETR 1");
        broken.lines("RETR 2");
      }
      awaitNoLease(world, ANNA);
      assertThat(world.status(ANNA).messages()).isEqualTo(2); // no QUIT
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.lines("RETR 1");
        client.lines("TOP 2 10");

        assertThat(client.say("QUIT")).isEqualTo("+OK Skypost signing off, 1 message left");
      }
      assertThat(world.status(ANNA).messages()).isEqualTo(1);
      assertThat(world.recoverable(ANNA)).containsExactly(first);
      assertThat(world.messages.open(second)).isPresent();
    }
  }

  @Test
  void ofASharedMessageEachReaderDeletesHisOwn() throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId id = world.deliver(HELLO, ANNA, BOB);
      deleteFirst(world, world.loggedIn(ANNA));
      assertThat(world.messages.open(id)).isPresent();
      try (Pop3TestClient bob = world.loggedIn(BOB)) {
        assertThat(new String(bob.retrieve("RETR 1"), ISO_8859_1))
            .isEqualTo(Pop3World.headers(BOB) + HELLO);
      }
      awaitNoLease(world, BOB);
      assertThat(world.recoverable(BOB)).isEmpty();
      deleteFirst(world, world.loggedIn(BOB));
      assertThat(world.recoverable(ANNA)).containsExactly(id);
      assertThat(world.recoverable(BOB)).containsExactly(id);
    }
  }

  @Test
  void aBrokenConnectionDeletesNothingAndFreesTheMaildrop() throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId id = world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        assertThat(client.say("DELE 1")).startsWith("+OK");
      }
      awaitNoLease(world, ANNA);
      assertThat(world.status(ANNA).messages()).isEqualTo(1);
      assertThat(world.messages.open(id)).isPresent();
    }
  }

  @Test
  void anAnswerOfTheMailboxesThatGetsLostIsAskedForAgain() throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId id = world.deliver(HELLO, ANNA);
      world.mailboxes.losesAnswerOfExpunge = true;
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.say("DELE 1");
        assertThat(client.say("QUIT")).isEqualTo("+OK Skypost signing off, 0 messages left");
      }
      assertThat(world.recoverable(ANNA)).containsExactly(id);
    }
  }

  // ---- lease

  @Test
  void aPollThatFindsNothingNewReadsOnceAndWritesNothing() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.say("STAT");
        client.say("QUIT");
        assertThat(client.isClosedByServer()).isTrue();
      }
      assertThat(world.mailboxes.calls).containsExactly("status");
    }
  }

  @Test
  void listingTakesNoLease() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.lines("LIST");
        client.lines("UIDL");
        client.say("QUIT");
        assertThat(client.isClosedByServer()).isTrue();
      }
      assertThat(world.mailboxes.calls).containsExactly("status", "open");
    }
  }

  @Test
  void whileOneReadsAnotherIsToldSo() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient reader = world.loggedIn(ANNA);
          Pop3TestClient early = world.loggedIn(ANNA);
          Pop3TestClient late = world.connect()) {
        reader.retrieve("RETR 1");
        assertThat(early.say("RETR 1")).startsWith("-ERR [IN-USE]");
        assertThat(late.login(ANNA.toString(), "anna")).startsWith("-ERR [IN-USE]");
        reader.say("QUIT");
        assertThat(reader.isClosedByServer()).isTrue();
        assertThat(late.login(ANNA.toString(), "anna")).startsWith("+OK");
        assertThat(early.say("RETR 1"))
            .startsWith("+OK"); // nothing was removed, so its numbers are still true
      }
    }
  }

  @Test
  void aSessionWhoseNumbersAreNoLongerTrueEnds() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver("Subject: first\r\n\r\n", ANNA);
      world.deliver("Subject: second\r\n\r\n", ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.lines("LIST");
        deleteFirst(world, world.loggedIn(ANNA));
        assertThat(client.say("RETR 1")).isEqualTo(OVERTAKEN);
        assertThat(client.isClosedByServer()).isTrue();
      }
    }
  }

  @Test
  void removalsBetweenLoginAndTheFirstListingEndTheSessionToo() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        deleteFirst(world, world.loggedIn(ANNA));
        assertThat(client.say("LIST")).startsWith("-ERR messages were removed");
      }
    }
  }

  @Test
  void whatComesAfterLoginBelongsToTheNextSession() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        world.deliver(HELLO, ANNA);
        assertThat(client.say("STAT")).startsWith("+OK 1 ");
        assertThat(client.lines("LIST")).hasSize(1);
        assertThat(client.say("RETR 2")).isEqualTo("-ERR no such message");
      }
    }
  }

  @Test
  void theLeaseIsKeptWhileTheClientGoesOn() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.retrieve("RETR 1");
        for (int minutes = 0; minutes < 60; minutes += 4) {
          world.clock.advance(Duration.ofMinutes(4));
          client.say("NOOP");
          Mailboxes.Lease lease = world.status(ANNA).lease().orElseThrow();
          assertThat(lease.isHeldAt(world.clock.instant())).isTrue();
        }
        assertThat(world.mailboxes.calls.stream().filter("lease"::equals).count())
            .isLessThanOrEqualTo(9);
      }
    }
  }

  @Test
  void aLeaseWhoseHolderVanishedRunsOut() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      Mailboxes.Snapshot snapshot = world.memory.open(ANNA, Mailboxes.INBOX).orElseThrow();
      world.memory.lease(
          ANNA,
          "vanished",
          snapshot,
          world.clock.instant(),
          world.clock.instant().plus(LeasedMaildrop.LEASE));
      try (Pop3TestClient client = world.connect()) {
        assertThat(client.login(ANNA.toString(), "anna")).startsWith("-ERR [IN-USE]");
        world.clock.advance(LeasedMaildrop.LEASE);
        assertThat(client.login(ANNA.toString(), "anna")).startsWith("+OK");
        assertThat(client.say("RETR 1")).startsWith("+OK");
      }
    }
  }

  @Test
  void aClientThatPollsIsAskedAboutOnceInAWhile() throws IOException {
    try (Pop3World world = new Pop3World()) {
      for (int poll = 0; poll < 3; poll++) {
        world.loggedIn(ANNA).close();
      }
      assertThat(world.authorizer.questions).hasValue(1);
      world.clock.advance(Duration.ofHours(1));
      world.loggedIn(ANNA).close();
      assertThat(world.authorizer.questions).hasValue(2);
    }
  }

  @Test
  void aUserWithoutAMailboxIsOurFaultAndNotHis() throws IOException {
    try (Pop3World world = new Pop3World();
        Pop3TestClient client = world.connect()) {
      assertThat(client.login("carla@here.example", "carla")).startsWith("-ERR [SYS/TEMP]");
    }
  }

  @Test
  void anAdministratorEndsTheLeaseAndNothingIsRemoved() throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId id = world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.say("DELE 1");
        assertThat(world.status(ANNA).lease().orElseThrow().holder()).startsWith("127.0.0.1/");
        world.memory.endLease(ANNA, Optional.empty());
        assertThat(client.say("QUIT"))
            .isEqualTo("-ERR [SYS/TEMP] some deleted messages not removed");
      }
      assertThat(world.status(ANNA).messages()).isEqualTo(1);
      assertThat(world.messages.open(id)).isPresent();
    }
  }

  @Test
  void aLeaseThatAnAdministratorEndedDoesNotComeBackWithItsRenewal() throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId id = world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.say("DELE 1");
        world.memory.endLease(ANNA, Optional.empty());
        world.clock.advance(LeasedMaildrop.LEASE.dividedBy(2));

        client.send("NOOP\r\nQUIT\r\n");
        assertThat(client.line()).isEqualTo(OVERTAKEN);
        assertThat(client.isClosedByServer()).isTrue();
      }
      assertThat(world.mailboxes.calls.stream().filter("lease"::equals)).hasSize(1);
      assertThat(world.status(ANNA).lease()).isEmpty();
      assertThat(world.status(ANNA).messages()).isEqualTo(1);
      assertThat(world.messages.open(id)).isPresent();
    }
  }

  @Test
  void aSessionWhoseLeaseWasEndedNoticesWithinHalfAMinuteThatAnotherChangedTheMaildrop()
      throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId first = world.deliver(HELLO, ANNA);
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.say("DELE 2");
        world.memory.endLease(ANNA, Optional.empty());
        deleteFirst(world, world.loggedIn(ANNA));
        world.clock.advance(LeasedMaildrop.BELIEF);

        assertThat(client.say("RETR 1")).isEqualTo(OVERTAKEN);
        assertThat(client.isClosedByServer()).isTrue();
      }
      assertThat(world.recoverable(ANNA)).containsExactly(first);
    }
  }

  @Test
  void aSessionWhoseLeaseWasEndedNoticesWithinHalfAMinuteThatAnotherHoldsTheMaildrop()
      throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.say("DELE 1");
        world.memory.endLease(ANNA, Optional.empty());
        try (Pop3TestClient other = world.loggedIn(ANNA)) {
          other.retrieve("RETR 1");
          world.clock.advance(LeasedMaildrop.BELIEF);

          assertThat(client.say("NOOP"))
              .isEqualTo("-ERR [IN-USE] another session has taken this maildrop over");
          assertThat(client.isClosedByServer()).isTrue();
          assertThat(other.say("QUIT")).startsWith("+OK");
        }
      }
      assertThat(world.status(ANNA).messages()).isEqualTo(1);
    }
  }

  @Test
  void aLeaseThatAnotherLeftBehindIsNotTakenAnewEither() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.say("DELE 1");
        world.memory.endLease(ANNA, Optional.empty());
        Mailboxes.Snapshot snapshot = world.memory.open(ANNA, Mailboxes.INBOX).orElseThrow();
        Instant now = world.clock.instant();
        world.memory.lease(ANNA, "vanished", snapshot, now, now.plus(LeasedMaildrop.BELIEF));
        world.clock.advance(LeasedMaildrop.BELIEF);

        assertThat(client.say("NOOP")).isEqualTo(OVERTAKEN);
      }
      assertThat(world.status(ANNA).messages()).isEqualTo(1);
    }
  }

  @Test
  void whoseLeaseItIsCostsOneReadInHalfAMinuteOfUse() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.retrieve("RETR 1");
        for (int seconds = 0; seconds < 120; seconds += 5) {
          client.say("NOOP");
          world.clock.advance(Duration.ofSeconds(5));
        }
      }
      awaitNoLease(world, ANNA);
      assertThat(world.mailboxes.calls)
          .containsExactly("status", "open", "lease", "status", "status", "status", "endLease");
    }
  }

  @Test
  void anAnswerToTheFirstLeaseThatGetsLostIsNoLossOfTheLease() throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId id = world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        world.mailboxes.losesAnswerOfLease = true;
        assertThat(client.say("DELE 1")).startsWith("-ERR [SYS/TEMP]");
        world.mailboxes.losesAnswerOfLease = false;
        world.memory.endLease(ANNA, Optional.empty()); // as if the write had got lost, too

        assertThat(client.say("DELE 1")).startsWith("+OK");
        assertThat(client.say("QUIT")).startsWith("+OK");
      }
      assertThat(world.recoverable(ANNA)).containsExactly(id);
    }
  }

  @Test
  void anAnswerToARenewalThatGetsLostIsNoLossOfTheLease() throws IOException {
    try (Pop3World world = new Pop3World()) {
      MessageId id = world.deliver(HELLO, ANNA);
      try (Pop3TestClient client = world.loggedIn(ANNA)) {
        client.say("DELE 1");
        world.clock.advance(LeasedMaildrop.LEASE.dividedBy(2));
        world.mailboxes.losesAnswerOfLease = true;
        assertThat(client.say("NOOP")).startsWith("+OK");
        world.mailboxes.losesAnswerOfLease = false;
        world.clock.advance(LeasedMaildrop.BELIEF);

        assertThat(client.say("NOOP")).startsWith("+OK");
        assertThat(client.say("QUIT")).startsWith("+OK");
      }
      assertThat(world.recoverable(ANNA)).containsExactly(id);
    }
  }

  @Test
  void aLeaseThatRanOutAndWasTakenOverEndsTheSession() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient slow = world.loggedIn(ANNA);
          Pop3TestClient quick = world.connect()) {
        slow.say("DELE 1");
        world.clock.advance(LeasedMaildrop.LEASE);
        assertThat(quick.login(ANNA.toString(), "anna")).startsWith("+OK");
        quick.retrieve("RETR 1");
        assertThat(slow.say("NOOP"))
            .isEqualTo("-ERR [IN-USE] another session has taken this maildrop over");
        assertThat(slow.isClosedByServer()).isTrue();
        assertThat(new String(quick.retrieve("RETR 1"), ISO_8859_1)).endsWith(HELLO);
      }
    }
  }

  // ---- TLS

  @Test
  void whereNobodyIsTrustedPasswordsNeedTls() throws IOException, GeneralSecurityException {
    try (Pop3World world = new Pop3World(List.of());
        Pop3TestClient client = world.connect()) {
      assertThat(client.lines("CAPA")).contains("STLS").doesNotContain("USER", POP3_SASL);
      assertThat(client.say("USER " + ANNA)).startsWith("-ERR [AUTH] a password needs STLS");
      assertThat(client.say("STLS")).startsWith("+OK");
      client.startTls(Pop3World.trust());
      assertThat(client.lines("CAPA")).contains("USER", POP3_SASL).doesNotContain("STLS");
      assertThat(client.say("STLS")).startsWith("-ERR");
      assertThat(client.login(ANNA.toString(), "anna")).startsWith("+OK");
    }
  }

  @Test
  void whatWasSaidBeforeTlsDoesNotCount() throws IOException, GeneralSecurityException {
    try (Pop3World world = new Pop3World();
        Pop3TestClient client = world.connect()) {
      client.say("USER " + ANNA);
      client.send(
          "STLS\r\nPASS anna\r\nSTAT\r\n"); // RFC 2595 section 4: the rest of the packet is an
      // attacker's
      assertThat(client.line()).startsWith("+OK begin TLS");
      client.startTls(Pop3World.trust());
      assertThat(client.say("PASS anna")).isEqualTo("-ERR send USER first");
    }
  }

  @Test
  void theTlsPortSpeaksTlsFromTheStart() throws IOException, GeneralSecurityException {
    try (Pop3World world = new Pop3World(List.of());
        Pop3TestClient client = Pop3TestClient.tls(world.server.pop3sPort(), Pop3World.trust())) {
      assertThat(client.greeting).startsWith("+OK pop.here.example");
      assertThat(client.login(ANNA.toString(), "anna")).startsWith("+OK");
    }
  }

  // ---- end

  @Test
  void aServerThatGoesDownLetsAReaderEnd() throws IOException, InterruptedException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient reader = world.loggedIn(ANNA);
          Pop3TestClient idle = world.connect()) {
        reader.say("DELE 1");
        Thread drain = Thread.ofVirtual().start(() -> world.server.drain(Duration.ofSeconds(20)));
        assertThat(idle.line()).isEqualTo("-ERR [SYS/TEMP] the server is going down");
        assertThat(reader.say("QUIT")).startsWith("+OK");
        drain.join();
        assertThat(world.status(ANNA).messages()).isZero();
      }
    }
  }

  @Test
  void aSessionThatIsCutOffLeavesNoLeaseBehind() throws IOException {
    try (Pop3World world = new Pop3World()) {
      world.deliver(HELLO, ANNA);
      try (Pop3TestClient reader = world.loggedIn(ANNA)) {
        reader.say("DELE 1");
        assertThat(world.server.drain(Duration.ZERO)).isFalse();
        assertThat(world.status(ANNA).lease()).isEmpty();
        assertThat(world.status(ANNA).messages()).isEqualTo(1);
      }
    }
  }

  private static void deleteFirst(Pop3World world, Pop3TestClient client) throws IOException {
    try (client) {
      assertThat(client.say("DELE 1")).startsWith("+OK");
      assertThat(client.say("QUIT")).startsWith("+OK");
      assertThat(client.isClosedByServer()).isTrue();
    }
  }

  private static void awaitNoLease(Pop3World world, skypost.protocol.address.EmailAddress user) {
    while (world.status(user).lease().isPresent()) {
      Thread.onSpinWait(); // the class's timeout ends it
    }
  }

  private static String everyOctet() {
    StringBuilder octets = new StringBuilder();
    for (int octet = 0; octet < 256; octet++) {
      if (octet != '\r' && octet != '\n') {
        octets.append((char) octet);
      }
    }
    return octets.toString();
  }

  private static String lines(SplittableRandom random, int length) {
    StringBuilder text = new StringBuilder("Subject: x\r\n\r\n");
    while (text.length() < length) {
      text.append(".".repeat(random.nextInt(3)))
          .append("a".repeat(random.nextInt(90)))
          .append("\r\n");
    }
    return text.toString();
  }
}
