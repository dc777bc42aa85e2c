package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.message.MessageId;

/** What every {@link BodyHolders} must do. */
public abstract class BodyHoldersContract {
  /** The holders under test. */
  protected abstract BodyHolders holders() throws IOException;

  @Test
  void onlyTheLastReleaseFreesTheBody() throws IOException {
    BodyHolders holders = holders();
    MessageId id = Samples.id();
    holders.hold(
        id, List.of("ann@local.example", "bob@local.example", "queue:" + id + "~far.example~0"));

    assertThat(holders.release(id, "bob@local.example")).isFalse();
    assertThat(holders.release(id, "queue:" + id + "~far.example~0")).isFalse();
    assertThat(holders.release(id, "ann@local.example")).isTrue();
  }

  @Test
  void aRepeatedReleaseFreesNothingForTheOthers() throws IOException {
    BodyHolders holders = holders();
    MessageId id = Samples.id();
    holders.hold(id, List.of("ann@local.example", "bob@local.example"));

    assertThat(holders.release(id, "bob@local.example")).isFalse();
    assertThat(holders.release(id, "bob@local.example")).isFalse();
    assertThat(holders.release(id, "carol@local.example")).isFalse();
    assertThat(holders.release(id, "ann@local.example")).isTrue();
  }

  @Test
  void theLastReleaseRepeatedStillSaysThatNobodyIsLeft() throws IOException {
    BodyHolders holders = holders();
    MessageId id = Samples.id();
    holders.hold(id, List.of("ann@local.example", "bob@local.example"));
    holders.release(id, "bob@local.example");
    holders.release(id, "ann@local.example");

    // the process may have died between the release and the deletion of the body
    assertThat(holders.release(id, "ann@local.example")).isTrue();
  }

  @Test
  void aRepeatedHoldCountsOnce() throws IOException {
    BodyHolders holders = holders();
    MessageId id = Samples.id();
    holders.hold(id, List.of("ann@local.example", "bob@local.example"));
    holders.hold(id, List.of("bob@local.example", "ann@local.example"));

    assertThat(holders.release(id, "ann@local.example")).isFalse();
    assertThat(holders.release(id, "bob@local.example")).isTrue();
  }

  @Test
  void bodiesAreApart() throws IOException {
    BodyHolders holders = holders();
    MessageId one = Samples.id();
    MessageId other = Samples.id();
    holders.hold(one, List.of("ann@local.example", "bob@local.example"));
    holders.hold(other, List.of("ann@local.example", "bob@local.example"));
    holders.release(one, "ann@local.example");

    assertThat(holders.release(other, "bob@local.example")).isFalse();
    assertThat(holders.release(one, "bob@local.example")).isTrue();
  }

  @Test
  void ofManyThatReleaseAtOnceExactlyTheLastIsTold() throws Exception {
    BodyHolders holders = holders();
    MessageId id = Samples.id();
    List<String> names =
        IntStream.range(0, 40).mapToObj(i -> "user" + i + "@local.example").toList();
    holders.hold(id, names);

    List<Boolean> told = new ArrayList<>();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Callable<Boolean>> releases = new ArrayList<>();
      names.forEach(name -> releases.add(() -> holders.release(id, name)));
      for (Future<Boolean> release : threads.invokeAll(releases)) {
        told.add(release.get());
      }
    }

    assertThat(told)
        .filteredOn(last -> last)
        .hasSizeGreaterThanOrEqualTo(1); // a body that is freed by nobody stays for ever
  }
}
