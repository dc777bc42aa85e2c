package skypost.mail.tlspolicy;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import skypost.mail.dns.Dns;
import skypost.mail.dns.MailExchangers;
import skypost.mail.dns.TestDns;
import skypost.mail.tls.TrustedRoots;

/** Policy hosts that mean no good. */
class HttpsPolicyFilesTest {
  private static final int OCTETS = 200; // and then it hangs up: so much patience has the test
  private static final byte[] RECORD = {0x16, 0x03, 0x03, 0x40, 0x00, 0x02}; // begins a ServerHello

  @Test
  void whoDripsOctetsInTheHandshakeIsGivenUpInTime() throws IOException {
    try (TestDns dns = TestDns.start();
        ServerSocket listener = new ServerSocket(0, 50, InetAddress.ofLiteral("127.0.0.1"))) {
      dns.add("mta-sts.there.example", "A", "127.0.0.1");
      Thread.ofVirtual().start(() -> drip(listener));
      var files =
          new HttpsPolicyFiles(
              new MailExchangers(Dns.at(Optional.of(dns.address())), Set.of(), new Random(1)),
              TrustedRoots.context(""),
              listener.getLocalPort(),
              Duration.ofSeconds(1));

      assertThatThrownBy(() -> files.fetch("there.example"))
          .isInstanceOf(SocketTimeoutException.class);
    }
  }

  private static void drip(ServerSocket listener) {
    try (Socket peer = listener.accept()) {
      peer.setTcpNoDelay(true);
      peer.getOutputStream().write(RECORD);
      for (int i = 0; i < OCTETS; i++) {
        Thread.sleep(50);
        peer.getOutputStream().write(0);
      }
    } catch (IOException | InterruptedException goneAway) {
      return; // as it should
    }
  }
}
