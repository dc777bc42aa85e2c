package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;
import skypost.mail.sieve.run.FilterMemories;
import skypost.mail.sieve.run.Memory.Mark;
import skypost.protocol.address.EmailAddress;

/** What every {@link FilterMemories} must do. */
public abstract class FilterMemoriesContract {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(60);

  /** What is remembered. */
  protected abstract FilterMemories memories() throws IOException;

  private final EmailAddress ann = new EmailAddress("ann", Samples.name("d-") + ".example");
  private final EmailAddress bob = new EmailAddress("bob", ann.domain());

  @Test
  void aKeyIsRememberedUntilItsTimeAndForItsUser() throws IOException {
    FilterMemories memories = memories();
    memories.remember(ann, List.of(new Mark("a", LATER), new Mark("b", NOW)), "1");

    assertThat(memories.remembers(ann, "a", "2", LATER.minusSeconds(1))).isTrue();
    assertThat(memories.remembers(ann, "a", "2", LATER)).isFalse();
    assertThat(memories.remembers(ann, "b", "2", NOW)).isFalse();
    assertThat(memories.remembers(ann, "c", "2", NOW)).isFalse();
    assertThat(memories.remembers(bob, "a", "2", NOW)).isFalse();
  }

  @Test
  void whoLeftAKeyDoesNotMeetIt() throws IOException {
    FilterMemories memories = memories();
    memories.remember(ann, List.of(new Mark("a", LATER)), "1");

    assertThat(memories.remembers(ann, "a", "1", NOW)).isFalse();
  }

  @Test
  void aKeyCanBeRememberedLonger() throws IOException {
    FilterMemories memories = memories();
    memories.remember(ann, List.of(new Mark("a", LATER)), "1");
    memories.remember(ann, List.of(new Mark("a", LATER.plusSeconds(60))), "2");

    assertThat(memories.remembers(ann, "a", "3", LATER)).isTrue();
  }

  @Test
  void aUserCanBeForgotten() throws IOException {
    FilterMemories memories = memories();
    memories.remember(ann, List.of(new Mark("a", LATER)), "1");
    memories.remember(bob, List.of(new Mark("a", LATER)), "1");
    memories.forget(ann);

    assertThat(memories.remembers(ann, "a", "2", NOW)).isFalse();
    assertThat(memories.remembers(bob, "a", "2", NOW)).isTrue();
  }
}
