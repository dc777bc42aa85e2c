package skypost.local;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.directory.Account;
import skypost.mail.directory.Domain;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.dns.TestDns;
import skypost.protocol.address.EmailAddress;
import skypost.smtp.Door;

/**
 * How long a client waits for the reply to its message, on the system with the embedded S3: where
 * everything is accepted, and where a look is taken at the sender first.
 */
public final class BenchSenderCheck implements AutoCloseable {
  private static final SenderPolicy STRICT =
      new SenderPolicy(SenderPolicy.DmarcReject.REFUSE, SenderPolicy.Spoofed.JUNK, List.of());

  private final TestDns dns = TestDns.start();
  private final SteppedSystem system;
  private final byte[] message;

  /**
   * Starts the system.
   *
   * @param size octets of a message
   */
  public BenchSenderCheck(Path data, int size) throws Exception {
    dns.add("far.example", "TXT", "\"v=spf1 ip4:127.0.0.1 -all\"");
    dns.add("_dmarc.far.example", "TXT", "\"v=DMARC1; p=reject\"");
    Map<String, String> settings =
        Map.of(
            "SKYPOST_DATA", data.toString(),
            "SKYPOST_DNS", dns.address().toString(),
            "SKYPOST_TRUSTED_NETWORKS", "192.0.2.0/24");
    system = SteppedSystem.start(settings, Clock.systemUTC());
    domain("usual.test", SenderPolicy.DEFAULT);
    domain("strict.test", STRICT);
    String header = "From: joe@far.example\r\nSubject: bench\r\n\r\n";
    String line = "x".repeat(70) + "\r\n";
    message = (header + line.repeat(size / line.length()) + ".\r\n").getBytes(US_ASCII);
  }

  private void domain(String name, SenderPolicy policy) throws IOException {
    system
        .ports()
        .directory()
        .putDomain(new Domain(name, Domain.Kind.LOCAL, Optional.empty(), policy));
    EmailAddress user = new EmailAddress("ann", name);
    system.ports().mailboxes().create(user, 0);
    system.ports().directory().putAccount(new Account.User(user, 0, false));
  }

  /**
   * Sends messages one after the other in one session.
   *
   * @param checked whether a look is taken at them
   * @return milliseconds from the last octet to the reply, sorted
   */
  public List<Double> run(int messages, boolean checked) throws IOException {
    List<Double> waits = new ArrayList<>();
    try (Socket socket = new Socket(InetAddress.ofLiteral("127.0.0.1"), system.port(Door.SMTP))) {
      socket.setTcpNoDelay(true);
      var in = new BufferedReader(new InputStreamReader(socket.getInputStream(), US_ASCII));
      OutputStream out = socket.getOutputStream();
      reply(in);
      say(out, in, "EHLO mail.far.example");
      for (int i = 0; i < messages; i++) {
        say(out, in, "MAIL FROM:<joe@far.example>");
        say(out, in, "RCPT TO:<ann@" + (checked ? "strict" : "usual") + ".test>");
        say(out, in, "DATA");
        out.write(message);
        long start = System.nanoTime();
        String reply = reply(in);
        waits.add((System.nanoTime() - start) / 1e6);
        if (!reply.startsWith("250 ")) {
          throw new IOException(reply);
        }
      }
    }
    Collections.sort(waits);
    return waits;
  }

  private static void say(OutputStream out, BufferedReader in, String line) throws IOException {
    out.write((line + "\r\n").getBytes(US_ASCII));
    reply(in);
  }

  private static String reply(BufferedReader in) throws IOException {
    String line = in.readLine();
    while (line.charAt(3) == '-') {
      line = in.readLine();
    }
    return line;
  }

  @Override
  public void close() {
    system.close();
    dns.close();
  }
}
