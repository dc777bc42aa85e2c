package skypost.mail.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;
import skypost.mail.directory.HostPort;

/**
 * A DNS server on loopback (UDP) that knows what it is told.
 *
 * <pre>{@code
 * try (TestDns dns = TestDns.start()) {
 *   dns.add("there.example", "MX", "10 mx.there.example.").add("mx.there.example", "A", "127.0.0.2");
 *   dns.fails("broken.example").silent("slow.example");
 * }
 * }</pre>
 *
 * What it was not told does not exist (NXDOMAIN).
 */
public final class TestDns implements AutoCloseable {
  private static final long TTL = 300;

  private final DatagramSocket socket;
  private final Map<String, List<Record>> zone = new ConcurrentHashMap<>();
  private final Map<String, Integer> faults = new ConcurrentHashMap<>();
  private final List<String> silent = new CopyOnWriteArrayList<>();
  private final List<String> questions = new CopyOnWriteArrayList<>();

  private TestDns(DatagramSocket socket) {
    this.socket = socket;
    Thread.ofPlatform().daemon().name("test-dns").start(this::serve);
  }

  /** On 127.0.0.1 and a free port. */
  public static TestDns start() throws IOException {
    return new TestDns(
        new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0)));
  }

  /** Where it listens. */
  public HostPort address() {
    return new HostPort("127.0.0.1", socket.getLocalPort());
  }

  /** Adds a record; its data as in a zone file, names with a dot at the end. */
  public TestDns add(String name, String type, String data) {
    try {
      Record record =
          Record.fromString(absolute(name), Type.value(type), DClass.IN, TTL, data, Name.root);
      zone.computeIfAbsent(key(name), any -> new CopyOnWriteArrayList<>()).add(record);
      return this;
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  /** A name that exists and has no records. */
  public TestDns empty(String name) {
    zone.computeIfAbsent(key(name), any -> new CopyOnWriteArrayList<>());
    return this;
  }

  /** Forgets all about a name. */
  public TestDns remove(String name) {
    zone.remove(key(name));
    faults.remove(key(name));
    silent.remove(key(name));
    return this;
  }

  /** Questions about this name get SERVFAIL. */
  public TestDns fails(String name) {
    return fails(name, Rcode.SERVFAIL);
  }

  /** Questions about this name get another response code. */
  public TestDns fails(String name, int rcode) {
    faults.put(key(name), rcode);
    return this;
  }

  /** Questions about this name get no answer. */
  public TestDns silent(String name) {
    silent.add(key(name));
    return this;
  }

  /** All questions, such as {@code there.example. MX}, in order. */
  public List<String> questions() {
    return List.copyOf(questions);
  }

  @Override
  public void close() {
    socket.close();
  }

  private void serve() {
    byte[] buffer = new byte[4096];
    while (!socket.isClosed()) {
      try {
        DatagramPacket packet = new DatagramPacket(buffer, buffer.length);
        socket.receive(packet);
        Message query = new Message(Arrays.copyOf(packet.getData(), packet.getLength()));
        Record question = query.getQuestion();
        questions.add(question.getName() + " " + Type.string(question.getType()));
        if (!silent.contains(key(question.getName().toString()))) {
          byte[] answer = answer(query).toWire();
          socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
        }
      } catch (IOException malformedOrClosed) {
        continue;
      }
    }
  }

  private Message answer(Message query) {
    Record question = query.getQuestion();
    Message answer = new Message(query.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.RA);
    answer.addRecord(question, Section.QUESTION);
    Name name = question.getName();
    for (int hops = 0; hops < 8; hops++) { // as a recursive resolver, follow CNAMEs
      Integer fault = faults.get(key(name.toString()));
      List<Record> records = zone.get(key(name.toString()));
      if (fault != null || records == null) {
        answer.getHeader().setRcode(fault != null ? fault : Rcode.NXDOMAIN);
        return answer;
      }
      List<Record> matching =
          new ArrayList<>(
              records.stream().filter(record -> record.getType() == question.getType()).toList());
      matching.forEach(record -> answer.addRecord(record, Section.ANSWER));
      var alias =
          records.stream()
              .filter(CNAMERecord.class::isInstance)
              .map(CNAMERecord.class::cast)
              .findFirst();
      if (!matching.isEmpty() || alias.isEmpty()) {
        return answer;
      }
      answer.addRecord(alias.get(), Section.ANSWER);
      name = alias.get().getTarget();
    }
    return answer;
  }

  private static Name absolute(String name) throws IOException {
    return Name.fromString(name, Name.root);
  }

  private static String key(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    return lower.endsWith(".") ? lower : lower + ".";
  }
}
