package skypost.local.bench;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import skypost.local.BenchMail;

/**
 * A Postfix that relays everything to the sink with its own limits: at most 20 deliveries at once
 * to a relay host, connections kept on demand. Mail is put on hold as it comes in, so that the
 * queue is full when the time begins, and nothing was tried or put off before.
 */
final class PostfixSender implements Sender {
  private static final int SESSIONS = 4;

  private final Postfix postfix;

  private PostfixSender(Postfix postfix) {
    this.postfix = postfix;
  }

  static PostfixSender start(Path folder, InetSocketAddress sink) throws IOException {
    return new PostfixSender(
        Postfix.start(
            folder,
            List.of(
                "mynetworks = 127.0.0.0/8",
                "relayhost = [" + sink.getHostString() + "]:" + sink.getPort(),
                "smtpd_relay_restrictions = permit_mynetworks, reject",
                "smtpd_end_of_data_restrictions = check_client_access static:HOLD")));
  }

  @Override
  public String name() {
    return "Postfix";
  }

  @Override
  public ProcessTree processes() {
    return postfix.processes();
  }

  @Override
  public boolean isJava() {
    return false;
  }

  @Override
  public void prepare(BenchMail mail) throws IOException, InterruptedException {
    byte[] content = SmtpTalker.withDot(BenchMail.content(mail.size()));
    try (var threads = Executors.newFixedThreadPool(SESSIONS)) {
      List<Future<Void>> sessions =
          IntStream.range(0, SESSIONS)
              .mapToObj(first -> threads.submit(() -> submit(mail, first, content)))
              .toList();
      for (Future<Void> session : sessions) {
        session.get();
      }
    } catch (ExecutionException failed) {
      throw new IOException("Postfix refuses", failed.getCause());
    }
    Postfix.run("postsuper", "-c", postfix.settings().toString(), "-H", "ALL");
  }

  private Void submit(BenchMail mail, int first, byte[] content) throws IOException {
    try (var talker = new SmtpTalker(postfix.address())) {
      for (int i = first; i < mail.messages(); i += SESSIONS) {
        String envelope =
            "MAIL FROM:<sender@elsewhere.test>\r\nRCPT TO:<%s>\r\nDATA\r\n"
                .formatted(mail.recipient(i));
        talker.message(envelope.getBytes(StandardCharsets.US_ASCII), content);
      }
      talker.quit();
    }
    return null;
  }

  @Override
  public void send() throws IOException {
    Postfix.run("postqueue", "-c", postfix.settings().toString(), "-f");
  }

  @Override
  public String costs() {
    return "";
  }

  @Override
  public void close() throws IOException {
    postfix.close();
  }
}
