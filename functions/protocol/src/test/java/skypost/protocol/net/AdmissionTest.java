package skypost.protocol.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import skypost.protocol.net.TcpServer.Options;

class AdmissionTest {
  private static final byte[] FROM_203_0_113_7 = {
    0x0d,
    0x0a,
    0x0d,
    0x0a,
    0x00,
    0x0d,
    0x0a,
    0x51,
    0x55,
    0x49,
    0x54,
    0x0a,
    0x21,
    0x11,
    0,
    12,
    (byte) 203,
    0,
    113,
    7,
    10,
    0,
    0,
    1,
    0x30,
    0x39,
    0,
    25
  };

  private final List<Refusal> refusals = new CopyOnWriteArrayList<>();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final Semaphore left = new Semaphore(0);

  private Admission.Verdict nobody(InetAddress client) {
    asked.add(client.getHostAddress());
    return new Admission.TurnedAway(Refusal.CLIENT_RATE, "421 4.7.0 too many\r\n");
  }

  private Admission.Verdict everybody(InetAddress client) {
    asked.add(client.getHostAddress());
    return new Admission.Admitted(left::release);
  }

  @Test
  void whoIsTurnedAwayIsToldSoAndTheServerHangsUp() throws IOException {
    try (TcpServer server = listen(plain(), this::nobody);
        TestClient client = TestClient.connect(server.port())) {
      assertThat(client.hear()).isEqualTo("421 4.7.0 too many");
      assertThat(client.hear()).isEmpty();
      assertThat(refusals).containsExactly(Refusal.CLIENT_RATE);
    }
  }

  @Test
  void whereTlsComesFirstNobodyGetsAHandshakeWhoIsNotServed() throws IOException {
    try (TcpServer server = listen(plain().withTls(TestTls.server()), this::nobody);
        TestClient client = TestClient.connect(server.port())) {
      // Not an octet: neither a reply in clear nor the answer to a handshake.
      assertThat(client.hear()).isEmpty();
      assertThat(refusals).as("no failed handshake either").containsExactly(Refusal.CLIENT_RATE);
    }
  }

  @Test
  void theClientThatAProxyNamesIsDecidedOn() throws IOException {
    Options proxied = plain().withTls(TestTls.server()).withProxied(peer -> true);
    try (TcpServer server = listen(proxied, this::nobody);
        TestClient client = TestClient.connect(server.port())) {
      client.send(FROM_203_0_113_7);
      assertThat(client.hear()).isEmpty();
      assertThat(asked).containsExactly("203.0.113.7");
    }
  }

  @Test
  void aPlaceIsGivenBackOnceHoweverTheConnectionEnds() throws Exception {
    try (TcpServer plain = listen(plain(), this::everybody);
        TcpServer secure = listen(plain().withTls(TestTls.server()), this::everybody)) {
      try (TestClient served = TestClient.connect(plain.port())) {
        assertThat(served.hear()).isEqualTo("hello");
        served.send("bye\r\n");
      }
      assertThat(left.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      TestClient.connect(plain.port()).close();
      assertThat(left.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      try (TestClient noTls = TestClient.connect(secure.port())) {
        noTls.send("EHLO plain\r\n\r\n\r\n");
        assertThat(left.tryAcquire(20, TimeUnit.SECONDS)).isTrue();
      }
      assertThat(refusals).containsExactly(Refusal.TLS);
    }
    assertThat(left.tryAcquire()).as("none twice").isFalse();
  }

  @Test
  void aFullServerIsToldApart() throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    Options full = Options.plain("test", address, 1, "421 4.3.2 busy\r\n", "bye\r\n");
    try (TcpServer server = listen(full, this::everybody);
        TestClient served = TestClient.connect(server.port())) {
      assertThat(served.hear()).isEqualTo("hello");
      try (TestClient refused = TestClient.connect(server.port())) {
        assertThat(refused.hear()).isEqualTo("421 4.3.2 busy");
      }
      assertThat(refusals).containsExactly(Refusal.NO_PLACE);
    }
  }

  private static Options plain() {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return Options.plain("test", address, 5, "421 4.3.2 busy\r\n", "bye\r\n");
  }

  private TcpServer listen(Options options, Admission admission) throws IOException {
    return TcpServer.start(
        options.withAdmission(admission).withRefusals(refusals::add),
        wire -> {
          wire.write("hello\r\n");
          wire.readLine(100);
        });
  }
}
