package skypost.local.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.net.TcpServer;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;
import skypost.protocol.smtp.SmtpClient;
import skypost.protocol.smtp.SmtpConnection;
import skypost.protocol.smtp.SmtpGate;
import skypost.protocol.smtp.SmtpLimits;
import skypost.protocol.smtp.SmtpRecipient;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.SmtpSender;
import skypost.protocol.smtp.SmtpSettings;
import skypost.protocol.smtp.SmtpSink;
import skypost.protocol.smtp.SmtpTransaction;

/**
 * The host that mail is relayed to: takes everything, keeps a digest of the first message's body.
 */
final class DigestingHost implements SmtpGate, AutoCloseable {
  private static final String HEADER = "Subject: large\r\n\r\n";
  private static final int LINE = 78;

  private final CompletableFuture<String> digest = new CompletableFuture<>();
  private final TcpServer server;

  private DigestingHost(long maxMessage) throws IOException {
    SmtpSettings settings =
        new SmtpSettings(
            SmtpSettings.Service.MX,
            "host.bench.test",
            Optional.empty(),
            Set.of(),
            SmtpLimits.of(maxMessage));
    SmtpSink sink = this::begin;
    server =
        TcpServer.start(
            TcpServer.Options.plain(
                "host", new InetSocketAddress("127.0.0.1", 0), 10, "421 busy\r\n", "421 bye\r\n"),
            wire -> new SmtpConnection(wire, settings, this, sink).run());
  }

  static DigestingHost start(long maxMessage) throws IOException {
    return new DigestingHost(maxMessage);
  }

  int port() {
    return server.port();
  }

  /** Sends a message of that size without its end, and tells the digest of its body. */
  static String send(long size, SmtpTalker talker) throws IOException {
    MessageDigest sent = sha256();
    talker.send(HEADER);
    StringBuilder block = new StringBuilder();
    for (int line = 0; line < 800; line++) {
      block.append(String.valueOf((char) ('a' + line % 26)).repeat(LINE - 2)).append("\r\n");
    }
    for (long left = size; left > 0; left -= block.length()) {
      talker.send(block.toString());
      sent.update(block.toString().getBytes(StandardCharsets.US_ASCII));
    }
    return HexFormat.of().formatHex(sent.digest());
  }

  /** Of the body of what arrived. */
  String digest(long limit, TimeUnit unit) throws IOException, InterruptedException {
    try {
      return digest.get(limit, unit);
    } catch (ExecutionException | TimeoutException nothing) {
      throw new IOException("nothing arrived", nothing);
    }
  }

  private SmtpSink.Incoming begin(SmtpTransaction transaction) {
    return new Digesting(sha256());
  }

  private static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-256
    }
  }

  @Override
  public Optional<EmailAddress> login(SmtpClient client, String username, String password) {
    return Optional.empty();
  }

  @Override
  public ScramSalt scramSalt(SmtpClient client, String username) throws IOException {
    throw new IOException("nobody logs in here");
  }

  @Override
  public Optional<ScramLogin> scramLogin(SmtpClient client, ScramProof proof) {
    return Optional.empty();
  }

  @Override
  public Optional<EmailAddress> tokenLogin(
      SmtpClient client, Optional<String> authzid, String token) {
    return Optional.empty();
  }

  @Override
  public List<SmtpReply> recipients(
      SmtpClient client, SmtpSender sender, List<SmtpRecipient> recipients) {
    return recipients.stream().map(_ -> SmtpReply.of(250, 1, 5, "Ok")).toList();
  }

  @Override
  public void close() {
    server.close();
  }

  /** Digests what comes behind the header. */
  private final class Digesting extends SmtpSink.Incoming {
    private static final byte[] END = "\r\n\r\n".getBytes(StandardCharsets.US_ASCII);

    private final MessageDigest body;
    private int matched;

    Digesting(MessageDigest body) {
      this.body = body;
    }

    @Override
    public void write(int octet) {
      write(new byte[] {(byte) octet}, 0, 1);
    }

    @Override
    public void write(byte[] block, int offset, int length) {
      int i = offset;
      for (; i < offset + length && matched < END.length; i++) {
        matched = block[i] == END[matched] ? matched + 1 : block[i] == END[0] ? 1 : 0;
      }
      body.update(block, i, offset + length - i);
    }

    @Override
    public SmtpSink.Committed commit() {
      String arrived = HexFormat.of().formatHex(body.digest());
      digest.complete(arrived);
      return new SmtpSink.Committed.Stored(arrived);
    }
  }
}
