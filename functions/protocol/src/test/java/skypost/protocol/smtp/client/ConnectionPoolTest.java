package skypost.protocol.smtp.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.protocol.net.TestTls;

class ConnectionPoolTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  private final SmtpClient client =
      new SmtpClient("client.test", Timeouts.all(Duration.ofSeconds(20)));
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
  void whatIsGivenBackIsUsedAgainAndClosedWithQuit() {
    ConnectionPool pool = new ConnectionPool(client);
    SmtpConnection first = take(pool, mx.hop());
    pool.giveBack(mx.hop(), first);

    assertThat(take(pool, mx.hop())).isSameAs(first);
    pool.giveBack(mx.hop(), first);
    pool.closeIdle();

    mx.awaitQuit();
    assertThat(first.isUsable()).isFalse();
    assertThat(take(pool, mx.hop())).isNotSameAs(first);
  }

  @Test
  void onlyTheSameTermsShareAConnection() {
    mx.offers("STARTTLS");
    ConnectionPool pool = new ConnectionPool(client);
    Hop secure =
        new Hop(
            mx.peer(),
            new TlsDemand.Required(new ServerIdentity(TestTls.client(), "mx.test", true), "test"));
    SmtpConnection clear = take(pool, mx.hop());
    pool.giveBack(mx.hop(), clear);

    SmtpConnection other = take(pool, secure);

    assertThat(other).isNotSameAs(clear);
    assertThat(other.tls()).isNotEmpty();
  }

  @Test
  void whoWouldWaitTooLongOpensHisOwn() {
    ConnectionPool pool = new ConnectionPool(client, limits(1, Duration.ofMillis(20), 100));
    SmtpConnection held = take(pool, mx.hop());

    assertThat(take(pool, mx.hop())).isNotSameAs(held);
  }

  @Test
  void oneThatComesFreeIsTakenByWhoWaits() throws Exception {
    ConnectionPool pool = new ConnectionPool(client, limits(1, LONG, 100));
    SmtpConnection held = take(pool, mx.hop());
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<SmtpConnection>> waiting = new ArrayList<>();
      for (int i = 0; i < 5; i++) {
        waiting.add(
            threads.submit(() -> {
              SmtpConnection taken = take(pool, mx.hop());
              pool.giveBack(mx.hop(), taken);
              return taken;
            }));
      }
      pool.giveBack(mx.hop(), held);
      for (Future<SmtpConnection> each : waiting) {
        assertThat(each.get()).isSameAs(held);
      }
    }
    assertThat(mx.commands()).filteredOn(line -> line.startsWith("EHLO")).hasSize(1);
  }

  @Test
  void aFailureToConnectLetsTheNextTry() throws IOException {
    ConnectionPool pool = new ConnectionPool(client, limits(1, LONG, 100));
    mx.once(FakeMx.CONNECT, FakeMx.drop("421 4.3.2 busy"));

    assertThat(pool.take(mx.hop(), terms())).isInstanceOf(ConnectResult.NotConnected.class);
    assertThat(take(pool, mx.hop()).isUsable()).isTrue();
  }

  @Test
  void nothingIsUsedForEver() {
    ConnectionPool pool = new ConnectionPool(client, limits(2, LONG, 0));
    SmtpConnection spent = take(pool, mx.hop());
    pool.giveBack(mx.hop(), spent);
    mx.awaitQuit();

    assertThat(take(pool, mx.hop())).isNotSameAs(spent);
  }

  @Test
  void whatNobodyUsesIsClosed() {
    ConnectionPool pool =
        new ConnectionPool(
            client,
            new ConnectionPool.Limits(1, LONG, Duration.ofMillis(5), Duration.ofMinutes(1), 100));
    pool.giveBack(mx.hop(), take(pool, mx.hop()));

    mx.awaitQuit();
  }

  private static ConnectionPool.Limits limits(int atOnce, Duration patience, int transactions) {
    return new ConnectionPool.Limits(atOnce, patience, LONG, LONG, transactions);
  }

  private static SmtpConnection take(ConnectionPool pool, Hop hop) {
    return ((ConnectResult.Connected) pool.take(hop, terms())).connection();
  }

  private static ConnectionPool.Terms terms() {
    return new ConnectionPool.Terms(LONG, LONG.dividedBy(3), Deadline.in(LONG), false);
  }
}
