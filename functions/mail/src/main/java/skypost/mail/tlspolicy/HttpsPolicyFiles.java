package skypost.mail.tlspolicy;

import java.io.BufferedInputStream;
import java.io.IOException;
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
import skypost.protocol.smtp.client.Deadline;
import skypost.protocol.smtp.client.Peer;
import skypost.protocol.smtp.client.Watchdog;

/**
 * Policy files by HTTPS. By hand instead of by {@code java.net.http}, which would look the name up
 * by the machine's resolver instead of by ours, and follows what redirects it likes.
 */
public final class HttpsPolicyFiles implements PolicyFiles {
  /** RFC 8461 section 3.3: a minute suggested; a message waits for this. */
  private static final Duration TIMEOUT = Duration.ofSeconds(20);

  private final MailExchangers hosts;
  private final SSLContext context;
  private final int port;
  private final Duration timeout;

  /**
   * @param hosts resolves the policy host
   * @param context its authorities are believed
   * @param port 443 but in tests
   */
  public HttpsPolicyFiles(MailExchangers hosts, SSLContext context, int port) {
    this(hosts, context, port, TIMEOUT);
  }

  /**
   * @param timeout how long a policy may take with all of the host's addresses
   */
  HttpsPolicyFiles(MailExchangers hosts, SSLContext context, int port, Duration timeout) {
    this.hosts = hosts;
    this.context = context;
    this.port = port;
    this.timeout = timeout;
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
    Deadline end = Deadline.in(timeout);
    IOException last = null;
    for (Peer peer : peers.subList(0, Math.min(2, peers.size()))) {
      try {
        return get(host, peer.address(), end);
      } catch (IOException fault) {
        last = fault;
      }
      if (end.isOver()) {
        throw tooSlow(last);
      }
    }
    throw last;
  }

  private String get(String host, InetSocketAddress address, Deadline end) throws IOException {
    Socket raw = new Socket();
    Watchdog watchdog = new Watchdog(raw, end); // SO_TIMEOUT would begin anew at every octet
    try (raw) {
      raw.connect(address, end.remainingMillis());
      SSLSocket tls =
          (SSLSocket) context.getSocketFactory().createSocket(raw, host, address.getPort(), true);
      SSLParameters parameters = tls.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(host))); // RFC 8461 section 3.3
      parameters.setEndpointIdentificationAlgorithm("HTTPS");
      tls.setSSLParameters(parameters);
      tls.startHandshake();
      tls.getOutputStream().write(request(host));
      tls.getOutputStream().flush();
      return new HttpAnswer(new BufferedInputStream(tls.getInputStream())).policy();
    } finally {
      watchdog.close();
    }
  }

  /** Whoever drips octets gets no more time than whoever is silent. */
  private static IOException tooSlow(IOException fault) {
    IOException slow = new SocketTimeoutException("the policy host is too slow");
    slow.initCause(fault);
    return slow;
  }

  private static byte[] request(String host) {
    String request =
        "GET /.well-known/mta-sts.txt HTTP/1.1\r\nHost: "
            + host
            + "\r\nUser-Agent: skypost\r\nAccept: text/plain\r\nConnection: close\r\n\r\n";
    return request.getBytes(StandardCharsets.US_ASCII);
  }
}
