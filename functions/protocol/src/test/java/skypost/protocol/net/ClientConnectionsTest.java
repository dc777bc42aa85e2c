package skypost.protocol.net;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

class ClientConnectionsTest {

  @Test
  void anIpv4AddressCountsAloneAndAnIpv6AddressWithItsNetwork() throws IOException {
    ClientConnections places = new ClientConnections(2, client -> false);
    assertThat(places.enter(ip("192.0.2.1"))).isTrue();
    assertThat(places.enter(ip("192.0.2.1"))).isTrue();
    assertThat(places.enter(ip("192.0.2.1"))).isFalse();
    assertThat(places.enter(ip("192.0.2.2"))).as("a neighbour has his own").isTrue();

    assertThat(places.enter(ip("2001:db8::1"))).isTrue();
    assertThat(places.enter(ip("2001:db8::ffff:2"))).isTrue();
    assertThat(places.enter(ip("2001:db8::3"))).isFalse();
    assertThat(places.enter(ip("2001:db8:0:1::3"))).isTrue();

    places.leave(ip("2001:db8::1"));
    assertThat(places.enter(ip("2001:db8::4"))).isTrue();
  }

  @Test
  void withoutALimitOrWithAnExceptionNobodyIsTurnedAway() throws IOException {
    ClientConnections none = ClientConnections.unlimited();
    ClientConnections excepted = new ClientConnections(1, InetAddress::isLoopbackAddress);
    for (int i = 0; i < 5; i++) {
      assertThat(none.enter(ip("192.0.2.1"))).isTrue();
      assertThat(excepted.enter(ip("127.0.0.1"))).isTrue();
    }
  }

  @Test
  void serversThatShareALimitToldApartFromAFullServer() throws IOException {
    ClientConnections one = new ClientConnections(1, client -> false);
    try (TcpServer first = listen(one);
        TcpServer second = listen(one)) {
      try (TestClient served = TestClient.connect(first.port())) {
        assertThat(served.hear()).isEqualTo("hello");
        try (TestClient refused = TestClient.connect(second.port())) {
          assertThat(refused.hear()).isEqualTo("421 busy");
          assertThat(refused.hear()).as("the server hangs up").isEmpty();
        }
        served.say("bye");
      }
      String said = "";
      while (!said.equals("hello")) { // as soon as the first session is over
        try (TestClient again = TestClient.connect(second.port())) {
          said = again.hear();
        }
      }
    }
  }

  private static TcpServer listen(ClientConnections limit) throws IOException {
    var address = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    return TcpServer.start(
        TcpServer.Options.plain("test", address, 5, "421 busy\r\n", "bye\r\n").withPerClient(limit),
        wire -> {
          wire.write("hello\r\n");
          wire.readLine(100);
        });
  }

  private static InetAddress ip(String text) throws IOException {
    return InetAddress.getByName(text);
  }
}
