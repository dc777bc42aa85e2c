package skypost.mail.tlspolicy;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import skypost.mail.dns.Exchangers;
import skypost.mail.dns.MailExchangers;
import skypost.protocol.io.BlockInputStream;
import skypost.protocol.smtp.client.Peer;

/**
 * Policy files by HTTPS. By hand instead of by {@code java.net.http}, which would look the name up
 * by the machine's resolver instead of by ours, and follows what redirects it likes.
 */
public final class HttpsPolicyFiles implements PolicyFiles {
  /** RFC 8461 section 3.3: a minute suggested; a message waits for this. */
  static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final MailExchangers hosts;
  private final SSLContext context;
  private final int port;

  /**
   * @param hosts resolves the policy host
   * @param context its authorities are believed
   * @param port 443 but in tests
   */
  public HttpsPolicyFiles(MailExchangers hosts, SSLContext context, int port) {
    this.hosts = hosts;
    this.context = context;
    this.port = port;
  }

  @Override
  public String fetch(String domain) throws IOException {
    String host = "mta-sts." + domain;
    List<Peer> peers =
        switch (hosts.host(host, port)) {
          case Exchangers.Found(List<Peer> found) -> found;
          case Exchangers.Never(var reply) -> throw new IOException(reply.toString());
          case Exchangers.Later(var reply) -> throw new IOException(reply.toString());
        };
    long end = System.nanoTime() + TIMEOUT.toNanos();
    IOException last = null;
    for (Peer peer : peers.subList(0, Math.min(2, peers.size()))) {
      try {
        return get(host, peer.address(), end);
      } catch (IOException fault) {
        last = fault;
      }
    }
    throw last;
  }

  private String get(String host, InetSocketAddress address, long end) throws IOException {
    try (Socket raw = new Socket()) {
      raw.connect(address, left(end));
      raw.setSoTimeout(left(end));
      SSLSocket tls =
          (SSLSocket) context.getSocketFactory().createSocket(raw, host, address.getPort(), true);
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(host))); // RFC 8461 section 3.3
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      tls.getOutputStream().write(request(host));
      tls.getOutputStream().flush();
      return new HttpAnswer(new BufferedInputStream(new Bounded(raw, tls.getInputStream(), end)))
          .policy();
    }
  }

  private static byte[] request(String host) {
    String request =
        "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: "
            + host
            + "\r\nUser-Agent: skypost\r\nAccept: text/plain\r\nConnection: close\r\n\r\n";
    return request.getBytes(StandardCharsets.US_ASCII);
  }

  private static int left(long end) throws SocketTimeoutException {
    long millis = (end - System.nanoTime()) / 1_000_000;
    if (millis <= 0) {
      throw new SocketTimeoutException("the policy host is too slow");
    }
    return (int) millis;
  }

  /** Whoever drips octets gets no more time than whoever is silent. */
  private static final class Bounded extends BlockInputStream {
    private final Socket raw;
    private final InputStream in;
    private final long end;

    Bounded(Socket raw, InputStream in, long end) {
      this.raw = raw;
      this.in = in;
      this.end = end;
    }

    @Override
    public int read(byte[] octets, int offset, int length) throws IOException {
      raw.setSoTimeout(left(end));
      return in.read(octets, offset, length);
    }
  }
}
