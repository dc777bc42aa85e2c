package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Callable;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.LoginAttempts;
import skypost.mail.authorize.LoginAttempts.Debt;

/** What every {@link LoginAttempts} must do. */
public abstract class LoginAttemptsContract {
  private static final Instant NOW = Instant.parse("2026-11-25T12:00:00Z");
  private static final Duration COST = Duration.ofMinutes(5);

  private final String key = "pair#" + UUID.randomUUID();

  /** The attempts under test. */
  protected abstract LoginAttempts attempts() throws IOException;

  private Debt owed() throws IOException {
    return attempts().owed(List.of(key)).getFirst();
  }

  @Test
  void whoNeverFailedOwesNothing() throws IOException {
    assertThat(owed()).isEqualTo(Debt.NONE);
  }

  @Test
  void failuresAddUp() throws IOException {
    attempts().charge(key, COST, List.of("a"), NOW);
    attempts().charge(key, COST, List.of("a", "b"), NOW.plusSeconds(10));

    assertThat(owed()).isEqualTo(new Debt(NOW.plus(COST).plus(COST), List.of("a", "b")));
  }

  @Test
  void whatIsPaidIsForgotten() throws IOException {
    attempts().charge(key, COST, List.of("a"), NOW);
    Instant later = NOW.plus(COST);
    attempts().charge(key, COST, List.of("b"), later);

    assertThat(owed()).isEqualTo(new Debt(later.plus(COST), List.of("b")));
  }

  @Test
  void thereIsAMostThatCanBeOwed() throws IOException {
    for (int i = 0; i < 30; i++) {
      attempts().charge(key, Duration.ofHours(1), List.of(), NOW);
    }
    assertThat(owed().until()).isEqualTo(NOW.plus(LoginAttempts.MOST));
  }

  @Test
  void keysAreAnsweredInTheirOrder() throws IOException {
    attempts().charge(key, COST, List.of(), NOW);

    List<Debt> owed = attempts().owed(List.of(key + "x", key, key + "y"));

    assertThat(owed)
        .extracting(Debt::until)
        .containsExactly(Instant.EPOCH, NOW.plus(COST), Instant.EPOCH);
  }

  @Test
  void noFailureIsLostWhenManyHappenAtOnce() throws Exception {
    LoginAttempts attempts = attempts();
    List<Callable<Void>> failures = new ArrayList<>();
    for (int i = 0; i < 16; i++) {
      failures.add(() -> {
        attempts.charge(key, COST, List.of(), NOW);
        return null;
      });
    }
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var done : threads.invokeAll(failures)) {
        done.get();
      }
    }
    assertThat(owed().until()).isEqualTo(NOW.plus(COST.multipliedBy(16)));
  }
}
