package skypost.protocol.smtp.client;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.LockSupport;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.SSLSocketFactory;
import skypost.protocol.net.TestTls;

/**
 * A remote mail server on loopback that does what a script says, and what a good server does where
 * the script says nothing.
 *
 * <pre>{@code
 * try (FakeMx mx = FakeMx.start()) {
 *   mx.once("RCPT TO:<bob@", FakeMx.reply("451 4.7.1 greylisted"));
 *   mx.always(FakeMx.END_OF_DATA, FakeMx.drop());
 * }
 * }</pre>
 */
public final class FakeMx implements AutoCloseable {
  /** The stage at which the greeting is due. */
  public static final String CONNECT = "(connect)";

  /** The stage at which the reply to the content is due. */
  public static final String END_OF_DATA = "(end of data)";

  /** The stage at which the content begins to come. */
  public static final String CONTENT = "(content)";

  private final ServerSocket listener;
  private final Set<Socket> sockets = ConcurrentHashMap.newKeySet();
  private final List<Rule> rules = new CopyOnWriteArrayList<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final List<String> commands = new CopyOnWriteArrayList<>();
  private volatile List<String> extensions =
      List.of("PIPELINING", "SIZE 50000000", "8BITMIME", "SMTPUTF8", "DSN");
  private volatile boolean wrapped;
  private volatile SSLContext shown = TestTls.server();
  private volatile boolean closed;

  /** What the server does at a stage. */
  public sealed interface Act {
    /** Says lines (without CRLF) and goes on. */
    record Reply(List<String> lines) implements Act {}

    /** Says octets as they are. */
    record Raw(byte[] octets) implements Act {}

    /** Says lines, if any, and hangs up. */
    record Drop(List<String> lines) implements Act {}

    /** Says nothing more, and keeps the connection open. */
    record Stall() implements Act {}

    /** Neither reads nor says anything for a while. */
    record Pause(Awaited until, Act then) implements Act {}
  }

  /** What a server that pauses waits for. */
  @FunctionalInterface
  public interface Awaited {
    void await() throws InterruptedException;
  }

  /**
   * A message that was answered with a positive reply, or would have been.
   *
   * @param helo the client's name
   * @param mail the MAIL command
   * @param recipients the addresses accepted
   * @param content with dots unstuffed
   * @param tls whether it came through TLS
   */
  public record Received(
      String helo, String mail, List<String> recipients, byte[] content, boolean tls) {
    public String text() {
      return new String(content, StandardCharsets.UTF_8);
    }
  }

  private record Rule(String stage, Act act, boolean once) {}

  private FakeMx(ServerSocket listener) {
    this.listener = listener;
    Thread.ofVirtual().start(this::accept);
  }

  /** On 127.0.0.1 and a free port. */
  public static FakeMx start() throws IOException {
    return start("127.0.0.1", 0);
  }

  /**
   * On a loopback address, so that several servers can share a port as the exchangers of a domain
   * do.
   */
  public static FakeMx start(String address, int port) throws IOException {
    ServerSocket listener = new ServerSocket();
    listener.setReuseAddress(true);
    listener.bind(new InetSocketAddress(InetAddress.ofLiteral(address), port), 200);
    return new FakeMx(listener);
  }

  public static Act reply(String... lines) {
    return new Act.Reply(List.of(lines));
  }

  public static Act raw(String octets) {
    return new Act.Raw(octets.getBytes(StandardCharsets.ISO_8859_1));
  }

  public static Act drop(String... lines) {
    return new Act.Drop(List.of(lines));
  }

  public static Act stall() {
    return new Act.Stall();
  }

  /** Waits before it does what it would, and reads nothing meanwhile. */
  public static Act pause(Awaited until, Act then) {
    return new Act.Pause(until, then);
  }

  /** Takes so long before it answers. */
  public static Act after(Duration time, String... lines) {
    return pause(() -> Thread.sleep(time), reply(lines));
  }

  /**
   * The next time that a stage, or a command that starts so, is reached. Rules are tried in the
   * order of their making.
   */
  public FakeMx once(String stage, Act act) {
    rules.add(new Rule(stage, act, true));
    return this;
  }

  /** Every time that a stage, or a command that starts so, is reached. */
  public FakeMx always(String stage, Act act) {
    rules.add(new Rule(stage, act, false));
    return this;
  }

  /** The keywords of the reply to EHLO. With {@code STARTTLS} among them the server can do it. */
  public FakeMx offers(String... keywords) {
    extensions = List.of(keywords);
    return this;
  }

  /** Shows another certificate than that of {@link TestTls}. */
  public FakeMx shows(SSLContext certificate) {
    shown = certificate;
    return this;
  }

  /** Speaks TLS from the first octet on. */
  public FakeMx wrapped() {
    wrapped = true;
    return this;
  }

  public int port() {
    return listener.getLocalPort();
  }

  public Peer peer() {
    return new Peer("mx.test", new InetSocketAddress(listener.getInetAddress(), port()));
  }

  /** This server, to be spoken to in the clear. */
  public Hop hop() {
    return new Hop(peer(), new TlsDemand.Clear());
  }

  /** Messages whose content came in full, in order, whatever was replied. */
  public List<Received> received() {
    return List.copyOf(received);
  }

  /** All commands of all sessions, in order. */
  public List<String> commands() {
    return List.copyOf(commands);
  }

  /** Waits until a session has said QUIT, and for no answer. */
  public void awaitQuit() {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (commands.isEmpty() || !commands.getLast().equals("QUIT")) {
      if (System.nanoTime() > end) {
        throw new AssertionError("no QUIT: " + commands);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Waits until all clients are gone, and all that they sent is read. */
  public void awaitNobody() {
    long end = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (!sockets.isEmpty()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("clients that stay: " + sockets);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  /** Forgets rules, messages and commands. */
  public void reset() {
    rules.clear();
    received.clear();
    commands.clear();
  }

  @Override
  public void close() throws IOException {
    closed = true;
    listener.close();
    for (Socket socket : sockets) {
      socket.close();
    }
  }

  private void accept() {
    while (!closed) {
      try {
        Socket socket = listener.accept();
        sockets.add(socket);
        Thread.ofVirtual().start(() -> serve(socket));
      } catch (IOException over) {
        return;
      }
    }
  }

  private void serve(Socket socket) {
    try (socket) {
      new Session(socket).run();
    } catch (IOException clientGone) {
      return; // clients that hang up are what many tests are about
    } finally {
      sockets.remove(socket);
    }
  }

  private synchronized Act act(String stage, Act otherwise) {
    for (Rule rule : rules) {
      if (stage.regionMatches(true, 0, rule.stage, 0, rule.stage.length())) {
        if (rule.once) {
          rules.remove(rule);
        }
        return rule.act;
      }
    }
    return otherwise;
  }

  private final class Session {
    private Socket socket;
    private InputStream in;
    private String helo = "";
    private String mail = "";
    private final Deque<String> recipients = new ArrayDeque<>();
    private final ByteArrayOutputStream chunks = new ByteArrayOutputStream();
    private boolean tls;
    private boolean open = true;

    Session(Socket socket) throws IOException {
      use(socket);
    }

    private void use(Socket current) throws IOException {
      current.setTcpNoDelay(true);
      socket = current;
      in = new BufferedInputStream(current.getInputStream());
    }

    void run() throws IOException {
      if (wrapped) {
        startTls();
      }
      perform(act(CONNECT, reply("220 mx.test ESMTP")));
      while (open) {
        String line = readLine();
        if (line == null) {
          return;
        }
        commands.add(line);
        command(line);
      }
    }

    private void command(String line) throws IOException {
      if (line.regionMatches(true, 0, "BDAT ", 0, 5)) {
        chunk(line);
        return;
      }
      Act act = act(line, usual(line));
      boolean positive = perform(act);
      String verb = line.split(" ", 2)[0].toUpperCase(Locale.ROOT);
      if (!positive) {
        if (verb.equals("MAIL")) {
          mail = "";
          recipients.clear();
        }
        return;
      }
      switch (verb) {
        case "EHLO", "HELO" -> helo = line.substring(Math.min(5, line.length()));
        case "STARTTLS" -> startTls();
        case "MAIL" -> {
          mail = line;
          recipients.clear();
          chunks.reset();
        }
        case "RSET" -> {
          mail = "";
          recipients.clear();
        }
        case "RCPT" -> recipients.add(line.replaceFirst("(?i)^RCPT TO:<(.*?)>.*", "$1"));
        case "DATA" -> content();
        case "QUIT" -> open = false;
        default -> {}
      }
    }

    private Act usual(String line) {
      return switch (line.split(" ", 2)[0].toUpperCase(Locale.ROOT)) {
        case "EHLO" -> {
          List<String> lines = new ArrayList<>(List.of("250-mx.test"));
          extensions.stream()
              .filter(keyword -> !(tls && keyword.equals("STARTTLS")))
              .forEach(k -> lines.add("250-" + k));
          lines.add("250 HELP");
          yield new Act.Reply(lines);
        }
        case "HELO", "RSET", "NOOP" -> reply("250 ok");
        case "STARTTLS" -> reply("220 2.0.0 go ahead");
        case "MAIL" -> reply("250 2.1.0 sender ok");
        case "RCPT" -> reply(mail.isEmpty() ? "503 5.5.1 no MAIL" : "250 2.1.5 recipient ok");
        case "DATA" ->
            recipients.isEmpty() ? reply("503 5.5.1 no recipients") : reply("354 go ahead");
        case "QUIT" -> reply("221 2.0.0 bye");
        default -> reply("502 5.5.2 what?");
      };
    }

    private void startTls() throws IOException {
      SSLSocketFactory factory = shown.getSocketFactory();
      SSLSocket secure = (SSLSocket) factory.createSocket(socket, null, true);
      secure.setUseClientMode(false);
      secure.startHandshake();
      tls = true;
      use(secure);
    }

    private void content() throws IOException {
      if (!perform(act(CONTENT, reply()))) {
        return;
      }
      ByteArrayOutputStream content = new ByteArrayOutputStream();
      while (true) {
        byte[] line = readOctets();
        if (line == null) {
          return;
        }
        if (line.length == 3 && line[0] == '.') {
          break;
        }
        int from = line[0] == '.' ? 1 : 0;
        content.write(line, from, line.length - from);
      }
      received.add(new Received(helo, mail, List.copyOf(recipients), content.toByteArray(), tls));
      perform(act(END_OF_DATA, reply("250 2.0.0 taken")));
      recipients.clear();
    }

    /** RFC 3030 section 2. */
    private void chunk(String line) throws IOException {
      if (!perform(act(CONTENT, reply()))) {
        return;
      }
      String[] words = line.split(" ");
      byte[] octets = in.readNBytes(Integer.parseInt(words[1]));
      if (octets.length < Integer.parseInt(words[1])) {
        return;
      }
      if (recipients.isEmpty()) {
        perform(reply("503 5.5.1 no recipients"));
        return;
      }
      chunks.writeBytes(octets);
      if (words.length < 3) {
        if (!perform(act(line, reply("250 2.0.0 go on")))) {
          recipients.clear();
        }
        return;
      }
      received.add(new Received(helo, mail, List.copyOf(recipients), chunks.toByteArray(), tls));
      chunks.reset();
      recipients.clear();
      perform(act(line, act(END_OF_DATA, reply("250 2.0.0 taken"))));
    }

    /** Whether the server went on with a positive reply. */
    private boolean perform(Act act) throws IOException {
      switch (act) {
        case Act.Reply(List<String> lines) -> say(lines);
        case Act.Raw(byte[] octets) -> {
          socket.getOutputStream().write(octets);
          socket.getOutputStream().flush();
          return false;
        }
        case Act.Drop(List<String> lines) -> {
          say(lines);
          open = false;
          socket.close();
          return false;
        }
        case Act.Pause(Awaited until, Act then) -> {
          try {
            until.await();
          } catch (InterruptedException over) {
            throw new IOException(over);
          }
          return perform(then);
        }
        case Act.Stall() -> {
          open = false;
          while (in.read() >= 0) {
            continue; // until the client gives up
          }
          return false;
        }
      }
      return act instanceof Act.Reply(List<String> lines)
          && (lines.isEmpty() || lines.getFirst().charAt(0) < '4');
    }

    private void say(List<String> lines) throws IOException {
      if (!lines.isEmpty()) {
        socket
            .getOutputStream()
            .write((String.join("\r\n", lines) + "\r\n").getBytes(StandardCharsets.UTF_8));
        socket.getOutputStream().flush();
      }
    }

    private String readLine() throws IOException {
      byte[] octets = readOctets();
      return octets == null
          ? null
          : new String(octets, 0, octets.length - 2, StandardCharsets.UTF_8);
    }

    /** A line with its CRLF, which alone ends one; null at the end. */
    private byte[] readOctets() throws IOException {
      ByteArrayOutputStream line = new ByteArrayOutputStream();
      int last = -1;
      for (int octet = in.read(); octet >= 0; octet = in.read()) {
        line.write(octet);
        if (octet == '\n' && last == '\r') {
          return line.toByteArray();
        }
        last = octet;
      }
      return null;
    }
  }
}
