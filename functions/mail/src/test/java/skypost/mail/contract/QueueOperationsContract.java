package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import skypost.mail.directory.HostPort;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.OperationId;
import skypost.mail.queue.QueueAction;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.queue.QueueFilter;
import skypost.mail.queue.QueueOperation;
import skypost.mail.queue.QueueOperations;

/** What every {@link QueueOperations} must do. */
public abstract class QueueOperationsContract {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");

  /** The operations under test. */
  protected abstract QueueOperations operations() throws IOException;

  /** The operations that somebody was woken for so far, as often as he was. */
  protected abstract List<OperationId> woken() throws IOException;

  static List<QueueAction> actions() {
    return List.of(
        new QueueAction.Retry(),
        new QueueAction.Hold(),
        new QueueAction.Release(),
        new QueueAction.Reroute(Optional.empty()),
        new QueueAction.Reroute(Optional.of(new HostPort("2001:db8::1", 2525))),
        new QueueAction.Delete(false),
        new QueueAction.Delete(true));
  }

  @ParameterizedTest
  @MethodSource("actions")
  void anOperationComesBackWithEveryField(QueueAction action) throws IOException {
    QueueOperations operations = operations();
    QueueFilter filter =
        new QueueFilter(
            Optional.of("far.example"),
            Optional.of(Optional.of(Samples.address("\"o hara\"@x.example"))),
            Optional.of(Status.DEFERRED),
            Optional.of(Samples.address("用户@far.example")),
            Optional.of(NOW.minusSeconds(60)));
    QueueOperation begun = QueueOperation.begin(id(), filter, action, NOW);

    operations.begin(begun);

    assertThat(operations.find(begun.id())).contains(begun);
    assertThat(woken()).contains(begun.id());
  }

  @Test
  void progressIsKept() throws IOException {
    QueueOperations operations = operations();
    QueueOperation begun =
        QueueOperation.begin(
            id(),
            new QueueFilter(
                Optional.empty(),
                Optional.of(Optional.empty()),
                Optional.empty(),
                Optional.empty(),
                Optional.empty()),
            new QueueAction.Retry(),
            NOW);
    operations.begin(begun);
    QueueOperation found =
        begun.found(
            List.of(entry("[192.0.2.1]"), entry("far.example"), entry("b.example")),
            Optional.of("further on"));

    assertThat(operations.replace(begun, found)).isTrue();
    assertThat(operations.find(begun.id())).contains(found);
    assertThat(found.progress().total()).isEqualTo(3);

    QueueOperation settled = found.settled(2, 1);
    assertThat(operations.replace(found, settled)).isTrue();
    assertThat(operations.find(begun.id())).contains(settled);
    assertThat(settled.isDone()).isFalse();
    assertThat(settled.found(List.of(), Optional.empty()).isDone()).isTrue();
  }

  @Test
  void ofTwoThatCarryItOnOneIsTold() throws IOException {
    QueueOperations operations = operations();
    QueueOperation begun = QueueOperation.begin(id(), QueueFilter.ALL, new QueueAction.Hold(), NOW);
    operations.begin(begun);
    QueueOperation one = begun.found(List.of(entry("a.example")), Optional.empty());

    assertThat(operations.replace(begun, one)).isTrue();
    assertThat(operations.replace(begun, begun.found(List.of(), Optional.empty()))).isFalse();

    assertThat(operations.find(begun.id())).contains(one);
  }

  @Test
  void anUnknownOneIsNotThere() throws IOException {
    assertThat(operations().find(id())).isEmpty();
  }

  private static OperationId id() {
    return new OperationId(Samples.id().value());
  }

  private static EntryId entry(String destination) {
    return new EntryId(Samples.id(), destination, 0);
  }
}
