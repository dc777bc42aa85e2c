package skypost.mail.send;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.xbill.DNS.Rcode;
import skypost.mail.dns.TestDns;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.QueueEntry.Status;
import skypost.protocol.smtp.client.ConnectionPool;

/**
 * Faults of the DNS: what it cannot tell now is waited for, what it denies bounces, and servers
 * whose addresses it does not know are passed over.
 */
class DnsFaultsTest {
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String DOMAIN = "there.example";

  /** What is wrong, and what follows. */
  enum Fault {
    SERVFAIL(dns -> dns.fails(DOMAIN), "waits 451 4.4.3"),
    NO_ANSWER(dns -> dns.silent(DOMAIN), "waits 451 4.4.3"),
    REFUSED(dns -> dns.fails(DOMAIN, Rcode.REFUSED), "waits 451 4.4.3"),
    NO_SUCH_DOMAIN(dns -> dns.remove(DOMAIN), "Bounced 550 5.1.2"),
    NEITHER_MX_NOR_ADDRESS(dns -> dns.remove(DOMAIN).empty(DOMAIN), "Bounced 550 5.1.2"),
    NULL_MX(dns -> dns.remove(DOMAIN).add(DOMAIN, "MX", "0 ."), "Bounced 556 5.1.10"),
    IMPLICIT_MX(dns -> dns.remove(DOMAIN).add(DOMAIN, "A", "127.0.0.1"), "Sent to first"),
    ALIAS(
        dns ->
            dns.remove(DOMAIN)
                .add(DOMAIN, "CNAME", "real.example.")
                .add("real.example", "MX", "10 mx2.there.example."),
        "Sent to second"),
    ALIAS_TO_NOTHING(
        dns -> dns.remove(DOMAIN).add(DOMAIN, "CNAME", "gone.example."), "Bounced 550 5.1.2"),
    ALIAS_THAT_CANNOT_BE_FOLLOWED(
        dns -> dns.remove(DOMAIN).add(DOMAIN, "CNAME", "real.example.").fails("real.example"),
        "waits 451 4.4.3"),
    ALIAS_OF_ITSELF(
        dns ->
            dns.remove(DOMAIN)
                .add(DOMAIN, "CNAME", "again.example.")
                .add("again.example", "CNAME", DOMAIN + "."),
        "waits 451 4.4.3"),
    EXCHANGER_IS_AN_ALIAS(
        dns ->
            dns.remove("mx1.there.example")
                .add("mx1.there.example", "CNAME", "host.example.")
                .add("host.example", "A", "127.0.0.1"),
        "Sent to first"),
    GLUE_OF_THE_FIRST_MISSING(dns -> dns.remove("mx1.there.example"), "Sent to second"),
    GLUE_OF_THE_FIRST_CANNOT_BE_TOLD(dns -> dns.fails("mx1.there.example"), "Sent to second"),
    GLUE_OF_THE_FIRST_IS_SILENT(dns -> dns.silent("mx1.there.example"), "Sent to second"),
    ALL_GLUE_MISSING(
        dns -> dns.remove("mx1.there.example").remove("mx2.there.example"), "Bounced 550 5.4.4"),
    SOME_GLUE_MISSING_AND_SOME_CANNOT_BE_TOLD(
        dns -> dns.remove("mx1.there.example").fails("mx2.there.example"), "waits 451 4.4.3");

    private final Consumer<TestDns> how;
    private final String end;

    Fault(Consumer<TestDns> how, String end) {
      this.how = how;
      this.end = end;
    }
  }

  private SendingWorld world;
  private SendDue due;
  private EntryId id;

  @BeforeEach
  void start() throws IOException {
    world = new SendingWorld();
    due = freshFunction();
    id = world.enqueue("Subject: x\r\n\r\nx\r\n", "bob@" + DOMAIN);
  }

  @AfterEach
  void stop() throws IOException {
    world.close();
  }

  @ParameterizedTest
  @EnumSource(Fault.class)
  void whatBecomesOfAMessage(Fault fault) throws IOException {
    fault.how.accept(world.dns);

    world.runFor(Duration.ZERO, due);

    assertThat(outcome()).startsWith(fault.end);
    assertThat(world.bounces()).isEqualTo(fault.end.startsWith("Bounced") ? 1 : 0);
  }

  private static Stream<Fault> temporary() {
    return Stream.of(Fault.values()).filter(fault -> fault.end.startsWith("waits"));
  }

  @ParameterizedTest
  @MethodSource("temporary")
  void whatWaitedIsSentOnceWhenTheDnsIsWellAgain(Fault fault) throws IOException {
    fault.how.accept(world.dns);
    world.runFor(Duration.ZERO, due);
    world.heal();

    world.runFor(Duration.ofMinutes(14), freshFunction());

    assertThat(outcome()).isEqualTo("Sent to first");
    assertThat(SendingWorld.taken(world.first)).hasSize(1);
    assertThat(world.bounces()).isZero();
  }

  @Test
  void whatTheDnsNeverTellsBouncesWhenTheScheduleIsOverAndOnce() throws IOException {
    world.dns.fails(DOMAIN);

    world.runFor(Duration.ofHours(2), due);

    assertThat(outcome()).startsWith("Bounced 554 5.4.7");
    assertThat(world.now(id).status()).isEqualTo(Status.DONE);
    assertThat(world.bounces()).isEqualTo(1);
    assertThat(world.first.commands()).isEmpty();
  }

  private String outcome() {
    String end = world.ends(id).getFirst();
    if (end.startsWith("Sent")) {
      return "Sent to " + (world.first.received().isEmpty() ? "second" : "first");
    }
    return end.equals("waiting") ? "waits " + world.now(id).attempts().getLast().reply() : end;
  }

  /** One that remembers nothing of the DNS and the destinations. */
  private SendDue freshFunction() throws IOException {
    var connections = new ConnectionPool(SendingWorld.client(PATIENCE));
    return world.due(world.sender(world.routes(), connections), Runnable::run);
  }
}
