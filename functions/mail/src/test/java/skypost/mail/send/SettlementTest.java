package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.message.MessageId;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.End;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Outcome;

class SettlementTest {
  private static final Instant AT = Instant.parse("2026-11-25T08:00:00Z");
  private static final SmtpReply OK = SmtpReply.of(250, 0, 0, "ok");

  @Test
  void anEndFromAnEarlierAttemptIsNotTouched() {
    QueuedRecipient before = recipient("bob").ended(new End.Sent(OK));
    QueueEntry booked = booked(before, recipient("carol"));

    Settlement settlement =
        Settlement.of(
            booked,
            delivery(new Outcome.Failed(SmtpReply.of(550, 1, 1, "no"))),
            AT,
            Optional.of(AT));

    assertThat(settlement.entry().recipients().getFirst()).isEqualTo(before);
    assertThat(settlement.entry().status()).isEqualTo(Status.DONE);
    assertThat(settlement.ended())
        .extracting(failed -> failed.address().local())
        .containsExactly("carol");
  }

  @Test
  void failuresOfWhichTheSenderCouldNotBeToldWaitOnWhileDeliveriesAreKept() {
    QueueEntry booked = booked(recipient("bob"), recipient("carol"));
    Settlement settlement =
        Settlement.of(
            booked,
            delivery(new Outcome.Delivered(OK), new Outcome.Failed(SmtpReply.of(550, 1, 1, "no"))),
            AT,
            Optional.empty());

    Settlement later = settlement.withoutFailures(booked, AT.plusSeconds(60));

    assertThat(later.ended()).isEmpty();
    assertThat(later.entry().status()).isEqualTo(Status.DEFERRED);
    assertThat(later.entry().nextAttempt()).isEqualTo(AT.plusSeconds(60));
    assertThat(later.entry().waiting())
        .extracting(waiting -> waiting.address().local())
        .containsExactly("carol");
    assertThat(later.entry().attempts()).hasSize(1);
  }

  @Test
  void whatAPeerSaysCannotOutgrowTheEntry() {
    SmtpReply endless = SmtpReply.of(550, 7, 1, "x".repeat(4000), "y\u0000\r".repeat(100));
    Settlement settlement =
        Settlement.of(
            booked(recipient("bob")), delivery(new Outcome.Failed(endless)), AT, Optional.empty());
    SmtpReply many =
        SmtpReply.of(
            451,
            7,
            1,
            java.util.stream.Stream.generate(() -> "line\u0007").limit(256).toArray(String[]::new));

    assertThat(settlement.entry().toString().length()).isLessThan(2000);
    assertThat(Settlement.bounded(many).toString().length()).isLessThan(Settlement.MAX_REPLY + 20);
    assertThat(Settlement.bounded(many).toString()).startsWith("451 4.7.1 line? line?");
    assertThat(Settlement.bounded(OK)).isEqualTo(OK);
  }

  @Test
  void theAttemptShowsWhyItIsTriedAgain() {
    Settlement settlement =
        Settlement.of(
            booked(recipient("bob"), recipient("carol")),
            delivery(
                new Outcome.Delivered(OK), new Outcome.Deferred(SmtpReply.of(451, 7, 1, "grey"))),
            AT,
            Optional.of(AT.plusSeconds(9)));

    assertThat(settlement.entry().attempts().getLast().reply().toString())
        .isEqualTo("451 4.7.1 grey");
    assertThat(settlement.entry().nextAttempt()).isEqualTo(AT.plusSeconds(9));
  }

  @Test
  void ofWhatAServerWithoutDsnTookTheSenderMayBeTold() {
    Settlement settlement =
        Settlement.of(
            booked(recipient("bob"), recipient("carol")),
            delivery(new Outcome.Relayed(OK), new Outcome.Relayed(OK)),
            AT,
            Optional.empty());

    assertThat(settlement.entry().status()).isEqualTo(Status.DONE);
    assertThat(settlement.ended())
        .extracting(ended -> ended.address().local() + " " + ended.action())
        .containsExactly("bob relayed", "carol relayed");
  }

  private static Courier.Delivery delivery(Outcome... outcomes) {
    return new Courier.Delivery(
        java.util.Arrays.stream(outcomes)
            .map(outcome -> new Courier.Result(outcome, Optional.of("mx")))
            .toList(),
        "mx[192.0.2.1]:25",
        "");
  }

  private static QueuedRecipient recipient(String local) {
    return new QueuedRecipient(
        new EmailAddress(local, "there.example"), Map.of(), Optional.empty());
  }

  private static QueueEntry booked(QueuedRecipient... recipients) {
    return new QueueEntry(
        new EntryId(MessageId.first(AT), "there.example", 0),
        new QueueEntry.Mail(Optional.of(new EmailAddress("alice", "here.example")), 10, false, ""),
        new QueueEntry.Turn(Status.SENDING, AT.plusSeconds(300), 1, "there.example"),
        List.of(recipients),
        List.of(),
        ByHand.NOTHING);
  }
}
