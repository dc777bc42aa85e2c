package skypost.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.Authorizer;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.tls.ServerTls;
import skypost.protocol.sasl.ScramSalt;

/**
 * What idle connections cost. The bench holds ten thousand of them in a process of its own and
 * tells 4 KiB for each (infrastructure/docs/benchmarks.md); here it must only never be a buffer of
 * the size of a TLS record.
 */
class IdleConnectionsTest {
  private static final int CONNECTIONS = 1_000;
  private static final long MOST = 25 << 10; // octets for each, the client's side included

  @Test
  void aThousandIdleConnectionsAreHeldInLittleMemoryAndTheNextIsTurnedAway() throws IOException {
    List<SocketChannel> idle = new ArrayList<>();
    try (SmtpFront front = front()) {
      var server = new InetSocketAddress(InetAddress.getLoopbackAddress(), front.port(Door.SMTP));
      idle.add(greeted(server)); // loads the classes
      long before = liveHeap();
      while (idle.size() < CONNECTIONS) {
        idle.add(greeted(server));
      }
      assertThat((liveHeap() - before) / CONNECTIONS).isLessThan(MOST);

      try (SocketChannel next = SocketChannel.open(server)) {
        assertThat(read(next)).startsWith("421 4.3.2 ");
      }
      assertThat(say(idle.getFirst(), "NOOP\r\n")).startsWith("250 ");
    } finally {
      for (SocketChannel channel : idle) {
        channel.close();
      }
    }
  }

  private static SmtpFront front() throws IOException {
    SmtpFrontSettings settings =
        new SmtpFrontSettings(
            "mx.test",
            InetAddress.getLoopbackAddress(),
            Map.of(Door.SMTP, 0),
            1 << 20,
            CONNECTIONS,
            ServerTls.selfSigned("mx.test", Instant.now()),
            List.of(),
            SmtpFrontSettings.Defence.NONE);
    return SmtpFront.start(
        settings, new Nobody(), new InMemoryMessages(), Clock.systemUTC(), new SecureRandom());
  }

  private static long liveHeap() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static SocketChannel greeted(InetSocketAddress server) throws IOException {
    SocketChannel channel = SocketChannel.open(server);
    assertThat(read(channel)).startsWith("220 ");
    assertThat(say(channel, "EHLO client.example\r\n")).startsWith("250-");
    return channel;
  }

  private static String say(SocketChannel channel, String line) throws IOException {
    channel.write(ByteBuffer.wrap(line.getBytes(StandardCharsets.US_ASCII)));
    return read(channel);
  }

  /** A short reply, which comes in one piece. */
  private static String read(SocketChannel channel) throws IOException {
    ByteBuffer reply = ByteBuffer.allocate(4096);
    channel.read(reply);
    return StandardCharsets.US_ASCII.decode(reply.flip()).toString();
  }

  /** Is never asked here. */
  private static final class Nobody implements Authorizer {
    @Override
    public LoginAnswer login(LoginQuestion question) {
      return new LoginAnswer.Refused();
    }

    @Override
    public ScramSalt scramSalt(ScramSaltQuestion question) throws IOException {
      throw new IOException("nobody logs in here");
    }

    @Override
    public LoginAnswer tokenLogin(TokenQuestion question) {
      return new LoginAnswer.Refused();
    }

    @Override
    public ScramAnswer scramLogin(ScramQuestion question) {
      return new ScramAnswer.Refused();
    }

    @Override
    public List<RecipientAnswer> recipients(RecipientsQuestion question) throws IOException {
      throw new IOException("nobody is asked here");
    }
  }
}
