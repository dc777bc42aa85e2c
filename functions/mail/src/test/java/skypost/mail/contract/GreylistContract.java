package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.Greylist;

/** What every {@link Greylist} must do. */
public abstract class GreylistContract {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final Instant LATER = NOW.plusSeconds(600);

  private final String key = UUID.randomUUID().toString();

  /** The list under test. */
  protected abstract Greylist greylist() throws IOException;

  private Instant see(Instant now, Instant since) throws IOException {
    return greylist().see(key, now, since, now.plusSeconds(3600));
  }

  @Test
  void aTripletHasComeWhenItCameFirst() throws IOException {
    assertThat(greylist().firstSeen(key)).isEmpty();
    assertThat(see(NOW, NOW.minusSeconds(3600))).isEqualTo(NOW);
    assertThat(see(LATER, LATER.minusSeconds(3600))).isEqualTo(NOW);
    assertThat(greylist().firstSeen(key)).contains(NOW);
  }

  @Test
  void whatCameTooLongAgoCountsAsNew() throws IOException {
    see(NOW, NOW.minusSeconds(3600));

    assertThat(see(LATER, NOW.plusSeconds(1))).isEqualTo(LATER);
    assertThat(greylist().firstSeen(key)).contains(LATER);
  }

  @Test
  void whoPassesDoesSoUntilThen() throws IOException {
    assertThat(greylist().passesUntil(key)).isEmpty();
    greylist().pass(key, NOW);
    greylist().pass(key, LATER);

    assertThat(greylist().passesUntil(key)).contains(LATER);
    assertThat(greylist().firstSeen(key)).as("another thing").isEmpty();
  }

  @Test
  void nothingChangesWithoutTraces() throws IOException {
    Greylist looked = greylist().withoutTraces();
    assertThat(looked.see(key, NOW, NOW.minusSeconds(9), LATER)).isEqualTo(NOW);
    looked.pass(key, LATER);

    assertThat(greylist().firstSeen(key)).isEmpty();
    assertThat(greylist().passesUntil(key)).isEmpty();
    see(NOW, NOW.minusSeconds(3600));
    assertThat(looked.see(key, LATER, NOW, LATER)).isEqualTo(NOW);
  }
}
