package skypost.protocol.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import javax.net.ssl.SSLContext;
import skypost.protocol.io.BlockInputStream;

/**
 * A dialogue in a file, run against a server session in memory or over TCP.
 *
 * <pre>
 * # why this is tested
 * &#64;key value          an option for the test
 * C: EHLO client        what the client sends, with CRLF; lines that follow each other are sent at once
 * C| a\r\nb\0           the same without CRLF; \r \n \0 \t \\ and \xNN are octets
 * S: 250 Ok             a line that the server must send
 * S~ 250 .* as [a-z]+   the same as a regular expression
 * TLS                   the client begins TLS
 * DRAIN                 the server is told to go; the session goes on as long as it may
 * END                   the server must hang up; the end of the file says nothing about that
 * </pre>
 */
public final class Transcript {
  /** A server's side of a session. */
  @FunctionalInterface
  public interface Session {
    void serve(Wire wire) throws IOException;
  }

  private sealed interface Step {
    record Send(byte[] octets) implements Step {}

    record Expect(Pattern line) implements Step {}

    record BeginTls() implements Step {}

    record Drain() implements Step {}

    record HangsUp() implements Step {}
  }

  private final String name;
  private final List<Step> steps = new ArrayList<>();
  private final Map<String, String> options = new HashMap<>();

  private Transcript(String name, List<String> lines) {
    this.name = name;
    for (String line : lines) {
      read(line);
    }
  }

  /** Reads a file; UTF-8. */
  public static Transcript load(Path file) {
    try {
      return new Transcript(file.getFileName().toString(), Files.readAllLines(file));
    } catch (IOException fault) {
      throw new UncheckedIOException(fault);
    }
  }

  private void read(String line) {
    if (line.isBlank() || line.startsWith("#")) {
      return;
    }
    if (line.startsWith("@")) {
      String[] pair = line.substring(1).split(" ", 2);
      options.put(pair[0], pair.length > 1 ? pair[1] : "");
    } else if (line.equals("TLS")) {
      steps.add(new Step.BeginTls());
    } else if (line.equals("DRAIN")) {
      steps.add(new Step.Drain());
    } else if (line.equals("END")) {
      steps.add(new Step.HangsUp());
    } else if (line.startsWith("C:")) {
      send((line.substring(Math.min(3, line.length())) + "\r\n").getBytes(StandardCharsets.UTF_8));
    } else if (line.startsWith("C|")) {
      send(unescape(line.substring(3)));
    } else if (line.startsWith("S:")) {
      steps.add(
          new Step.Expect(
              Pattern.compile(line.substring(Math.min(3, line.length())), Pattern.LITERAL)));
    } else if (line.startsWith("S~")) {
      steps.add(new Step.Expect(Pattern.compile(line.substring(3))));
    } else {
      throw new IllegalArgumentException(name + ": " + line);
    }
  }

  private void send(byte[] octets) {
    if (!steps.isEmpty() && steps.getLast() instanceof Step.Send(byte[] before)) {
      byte[] both = java.util.Arrays.copyOf(before, before.length + octets.length);
      System.arraycopy(octets, 0, both, before.length, octets.length);
      steps.set(steps.size() - 1, new Step.Send(both));
    } else {
      steps.add(new Step.Send(octets));
    }
  }

  private static byte[] unescape(String text) {
    ByteArrayOutputStream octets = new ByteArrayOutputStream();
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    for (int i = 0; i < bytes.length; i++) {
      if (bytes[i] != '\\') {
        octets.write(bytes[i]);
        continue;
      }
      switch (bytes[++i]) {
        case 'r' -> octets.write('\r');
        case 'n' -> octets.write('\n');
        case 't' -> octets.write('\t');
        case '0' -> octets.write(0);
        case 'x' -> {
          octets.write(
              Integer.parseInt(new String(bytes, i + 1, 2, StandardCharsets.US_ASCII), 16));
          i += 2;
        }
        default -> octets.write(bytes[i]);
      }
    }
    return octets.toByteArray();
  }

  public String option(String key, String fallback) {
    return options.getOrDefault(key, fallback);
  }

  /** Whether something happens within that only TCP can do; option {@code tcp} says why. */
  public boolean needsTcp() {
    return options.containsKey("tls")
        || options.containsKey("tcp")
        || steps.stream().anyMatch(step -> step instanceof Step.BeginTls);
  }

  @Override
  public String toString() {
    return name;
  }

  // ---- in memory

  /** Runs it in memory, on one thread: the client's turn comes when the server waits for input. */
  public void runInMemory(Session session) throws IOException {
    Scripted script = new Scripted();
    Wire wire = Wire.over(script, script.sent, InetAddress.getLoopbackAddress());
    try {
      session.serve(wire);
    } catch (IOException fault) {
      if (!Wire.isPeerGone(fault)) { // the client's hanging up is part of some transcripts
        throw fault;
      }
    }
    wire.close();
    script.serverIsDone();
  }

  private final class Scripted extends BlockInputStream {
    private final ByteArrayOutputStream sent = new ByteArrayOutputStream();
    private int next;
    private byte[] block = {};
    private int offset;
    private int checked;

    @Override
    public int read(byte[] target, int start, int length) {
      if (offset == block.length && !clientsTurn()) {
        return -1;
      }
      int count = Math.min(length, block.length - offset);
      System.arraycopy(block, offset, target, start, count);
      offset += count;
      return count;
    }

    @Override
    public int available() {
      return block.length - offset;
    }

    private boolean clientsTurn() {
      expect();
      if (next < steps.size() && steps.get(next) instanceof Step.HangsUp) {
        throw new AssertionError(name + ": the server waits for input where it should hang up");
      }
      if (next == steps.size()) {
        return false;
      }
      block = ((Step.Send) steps.get(next++)).octets();
      offset = 0;
      return true;
    }

    private void expect() {
      while (next < steps.size() && steps.get(next) instanceof Step.Expect(Pattern expected)) {
        byte[] all = sent.toByteArray();
        int end = checked;
        while (end < all.length && all[end] != '\n') {
          end++;
        }
        String line = new String(all, checked, end - checked, StandardCharsets.UTF_8);
        checkLine(expected, line);
        checked = Math.min(end + 1, all.length);
        next++;
      }
      String unexpected =
          new String(sent.toByteArray(), checked, sent.size() - checked, StandardCharsets.UTF_8);
      if (!unexpected.isEmpty()) {
        throw new AssertionError(name + ": the server also says " + unexpected);
      }
    }

    private void serverIsDone() {
      expect();
      if (next < steps.size() && !(steps.get(next) instanceof Step.HangsUp)) {
        throw new AssertionError(name + ": the server hung up before " + steps.get(next));
      }
    }
  }

  private void checkLine(Pattern expected, String line) {
    String plain = line.endsWith("\r") ? line.substring(0, line.length() - 1) : line;
    if (!line.endsWith("\r") || !expected.matcher(plain).matches()) {
      throw new AssertionError(name + ": expected \"" + expected + "\", got \"" + line + "\"");
    }
  }

  // ---- over TCP

  /** Runs it over TCP on this machine. With option {@code tls}, TLS begins at once. */
  public void runOverTcp(int port, SSLContext trust) throws IOException {
    runOverTcp(
        port,
        trust,
        () -> {
          throw new IllegalStateException(name + ": this server cannot be told to go");
        });
  }

  /**
   * Runs it over TCP on this machine.
   *
   * @param drain tells the server to go, and does not wait for it
   */
  public void runOverTcp(int port, SSLContext trust, Runnable drain) throws IOException {
    Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
    try {
      socket.setSoTimeout(20_000);
      if (options.containsKey("tls")) {
        socket = secure(socket, trust);
      }
      for (Step step : steps) {
        InputStream in = socket.getInputStream();
        switch (step) {
          case Step.Send(byte[] octets) -> send(socket.getOutputStream(), octets);
          case Step.Expect(Pattern expected) -> checkLine(expected, readLine(in));
          case Step.BeginTls() -> socket = secure(socket, trust);
          case Step.Drain() -> drain.run();
          case Step.HangsUp() -> checkEnd(in);
        }
      }
    } finally {
      socket.close();
    }
  }

  private static void send(OutputStream out, byte[] octets) throws IOException {
    out.write(octets);
    out.flush();
  }

  private static Socket secure(Socket plain, SSLContext trust) throws IOException {
    var secured =
        (javax.net.ssl.SSLSocket)
            trust
                .getSocketFactory()
                .createSocket(
                    plain, plain.getInetAddress().getHostAddress(), plain.getPort(), true);
    secured.setSoTimeout(20_000);
    secured.startHandshake();
    return secured;
  }

  private static String readLine(InputStream in) throws IOException {
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    for (int c = in.read(); c >= 0 && c != '\n'; c = in.read()) {
      line.write(c);
    }
    return line.toString(StandardCharsets.UTF_8);
  }

  private void checkEnd(InputStream in) throws IOException {
    String more = readLine(in);
    if (!more.isEmpty()) {
      throw new AssertionError(name + ": the server says \"" + more + "\" where it should hang up");
    }
  }
}
