package skypost.aws.http;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skypost.mail.tls.ServerTls;

/** An HTTP host that takes a step of its script for each request, whatever the request says. */
final class ScriptedHost implements AutoCloseable {
  private static final Pattern LENGTH = Pattern.compile("(?i)\r\nContent-Length: (\\d+)\r\n");

  private final ServerSocket listener;
  private final BlockingQueue<Step> script;
  private final List<String> heard = new CopyOnWriteArrayList<>();
  private final Semaphore requests = new Semaphore(0);
  private final AtomicInteger connections = new AtomicInteger();

  private enum Kind {
    ANSWER,
    ANSWER_TO_HEAD,
    CONTINUE,
    SILENT,
    CLOSE
  }

  /** What is done with a request. */
  record Step(Kind kind, String text) {
    static Step answer(String text) {
      return new Step(Kind.ANSWER, text);
    }

    /** Answers before the content, and closes. */
    static Step answerToHead(String text) {
      return new Step(Kind.ANSWER_TO_HEAD, text);
    }

    /** Asks for the content first. */
    static Step continued(String text) {
      return new Step(Kind.CONTINUE, text);
    }

    static Step silent() {
      return new Step(Kind.SILENT, "");
    }

    /** Closes the connection instead of waiting for a request. */
    static Step closed() {
      return new Step(Kind.CLOSE, "");
    }
  }

  private ScriptedHost(ServerSocket listener, Step... steps) {
    this.listener = listener;
    this.script = new LinkedBlockingQueue<>(List.of(steps));
    Thread.ofVirtual().start(this::accept);
  }

  static ScriptedHost start(Step... steps) throws IOException {
    return new ScriptedHost(new ServerSocket(0, 10, InetAddress.getLoopbackAddress()), steps);
  }

  static ScriptedHost startTls(Step... steps) throws IOException {
    var factory = ServerTls.selfSigned("127.0.0.1", Instant.now()).getServerSocketFactory();
    return new ScriptedHost(
        factory.createServerSocket(0, 10, InetAddress.getLoopbackAddress()), steps);
  }

  int port() {
    return listener.getLocalPort();
  }

  int connections() {
    return connections.get();
  }

  /** A request as it came, its content with it. */
  String heard(int index) {
    return heard.get(index);
  }

  void awaitRequest() {
    requests.acquireUninterruptibly();
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        connections.incrementAndGet();
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      while (follow(socket)) {
        // step after step
      }
    } catch (IOException gone) {
      return;
    }
  }

  private boolean follow(Socket socket) throws IOException {
    Step next = script.peek();
    if (next != null && next.kind() == Kind.CLOSE) {
      script.remove();
      return false;
    }
    InputStream in = socket.getInputStream();
    String head = head(in);
    if (head.isEmpty()) {
      return false;
    }
    Step step = script.remove();
    if (step.kind() == Kind.CONTINUE) {
      send(socket, "HTTP/1.1 100 Continue\r\n\r\n");
    }
    heard.add(step.kind() == Kind.ANSWER_TO_HEAD ? head : head + content(in, head));
    requests.release();
    if (step.kind() == Kind.SILENT) {
      return in.read() >= 0; // until the client goes
    }
    send(socket, step.text());
    return step.kind() != Kind.ANSWER_TO_HEAD;
  }

  private static void send(Socket socket, String text) throws IOException {
    socket.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
  }

  private static String head(InputStream in) throws IOException {
    var head = new ByteArrayOutputStream();
    while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
      int octet = in.read();
      if (octet < 0) {
        return "";
      }
      head.write(octet);
    }
    return head.toString(StandardCharsets.US_ASCII);
  }

  private static String content(InputStream in, String head) throws IOException {
    Matcher length = LENGTH.matcher(head);
    return length.find()
        ? new String(in.readNBytes(Integer.parseInt(length.group(1))), StandardCharsets.US_ASCII)
        : "";
  }

  @Override
  public void close() throws IOException {
    listener.close();
  }
}
