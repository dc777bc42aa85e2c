package skypost.mail.dns;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.CNAMERecord;
import org.xbill.DNS.DClass;
import org.xbill.DNS.DNSKEYRecord;
import org.xbill.DNS.DNSSEC;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.NSECRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.RRset;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;
import skypost.mail.directory.HostPort;

/**
 * A DNS server on loopback (UDP) with a root zone of its own, signed as it is asked (ECDSA P-256).
 * What it was not told has no records, which it proves by an NSEC record for just that name.
 */
public final class SignedDns implements AutoCloseable {
  private static final long TTL = 300;

  private final DatagramSocket socket;
  private final KeyPair keys;
  private final DNSKEYRecord key;
  // added to while it answers
  private final List<Record> records = new CopyOnWriteArrayList<>();
  private final Set<String> unsigned = ConcurrentHashMap.newKeySet();
  private final Set<String> forged = ConcurrentHashMap.newKeySet();
  private volatile boolean stripping;

  private SignedDns() throws IOException {
    try {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      keys = generator.generateKeyPair();
      key =
          new DNSKEYRecord(
              Name.root,
              DClass.IN,
              TTL,
              DNSKEYRecord.Flags.ZONE_KEY | DNSKEYRecord.Flags.SEP_KEY,
              DNSKEYRecord.Protocol.DNSSEC,
              DNSSEC.Algorithm.ECDSAP256SHA256,
              keys.getPublic());
    } catch (GeneralSecurityException | DNSSEC.DNSSECException impossible) {
      throw new IllegalStateException(impossible);
    }
    records.add(key);
    socket = new DatagramSocket(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), 0));
    Thread.ofPlatform().daemon().name("signed-dns").start(this::serve);
  }

  public static SignedDns start() throws IOException {
    return new SignedDns();
  }

  /** What to validate from. */
  public String anchors() {
    return key.toString() + "\n";
  }

  /** Where it listens. */
  public HostPort address() {
    return new HostPort("127.0.0.1", socket.getLocalPort());
  }

  public SimpleResolver resolver() {
    SimpleResolver resolver =
        new SimpleResolver(new InetSocketAddress(socket.getLocalAddress(), socket.getLocalPort()));
    resolver.setTimeout(Duration.ofSeconds(2));
    return resolver;
  }

  /** Adds a record; its data as in a zone file. */
  public SignedDns add(String name, String type, String data) {
    try {
      records.add(
          Record.fromString(
              Name.fromString(name, Name.root), Type.value(type), DClass.IN, TTL, data, Name.root));
      return this;
    } catch (IOException malformed) {
      throw new UncheckedIOException(malformed);
    }
  }

  /** Forgets all about a name. */
  public SignedDns remove(String name) {
    records.removeIf(record -> record.getName().toString(true).equals(name));
    return this;
  }

  /** This name and all below are a zone that is not signed. */
  public SignedDns unsigned(String zone) {
    unsigned.add(zone + ".");
    return add(zone, "NS", "ns." + zone + ".");
  }

  /** Answers about this name are signed with something else in them. */
  public SignedDns forged(String name) {
    forged.add(name + ".");
    return this;
  }

  /** From now on no signature comes through. */
  public SignedDns stripping() {
    stripping = true;
    return this;
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
        byte[] answer = answer(query).toWire();
        socket.send(new DatagramPacket(answer, answer.length, packet.getSocketAddress()));
      } catch (IOException | DNSSEC.DNSSECException malformedOrClosed) {
        continue;
      }
    }
  }

  private Message answer(Message query) throws DNSSEC.DNSSECException {
    Record question = query.getQuestion();
    Message answer = new Message(query.getHeader().getID());
    answer.getHeader().setFlag(Flags.QR);
    answer.getHeader().setFlag(Flags.RA);
    answer.addRecord(question, Section.QUESTION);
    answer.addRecord(new OPTRecord(4096, 0, 0, stripping ? 0 : 0x8000), Section.ADDITIONAL);
    about(answer, question.getName(), question.getType());
    return answer;
  }

  private void about(Message answer, Name name, int type) throws DNSSEC.DNSSECException {
    List<Record> found = found(name, type);
    List<Record> alias = found(name, Type.CNAME);
    boolean bare = stripping || isUnsigned(name, type);
    if (found.isEmpty() && !alias.isEmpty()) { // as a recursive resolver, follow it
      add(answer, alias, Section.ANSWER, bare);
      about(answer, ((CNAMERecord) alias.getFirst()).getTarget(), type);
    } else if (!found.isEmpty()) {
      add(answer, found, Section.ANSWER, bare);
    } else if (!bare) {
      TreeSet<Integer> types = new TreeSet<>(Set.of(Type.NSEC, Type.RRSIG));
      records.stream()
          .filter(each -> each.getName().equals(name))
          .forEach(each -> types.add(each.getType()));
      int[] present = types.stream().mapToInt(Integer::intValue).toArray();
      add(
          answer,
          List.of(new NSECRecord(name, DClass.IN, TTL, below(name), present)),
          Section.AUTHORITY,
          false);
    }
  }

  private List<Record> found(Name name, int type) {
    return records.stream()
        .filter(each -> each.getName().equals(name) && each.getType() == type)
        .toList();
  }

  /** The parent's side of a cut is signed all the same. */
  private boolean isUnsigned(Name name, int type) {
    return unsigned.stream()
        .anyMatch(zone ->
            name.toString().endsWith("." + zone)
                || (name.toString().equals(zone) && type != Type.DS));
  }

  private void add(Message answer, List<Record> found, int section, boolean bare)
      throws DNSSEC.DNSSECException {
    found.forEach(record -> answer.addRecord(record, section));
    if (bare) {
      return;
    }
    RRset set = new RRset();
    found.forEach(set::addRR);
    if (forged.contains(found.getFirst().getName().toString())) {
      set.addRR(alteration(found.getFirst()));
    }
    Instant now = Instant.now();
    answer.addRecord(
        DNSSEC.sign(set, key, keys.getPrivate(), now.minusSeconds(3600), now.plusSeconds(3600)),
        section);
  }

  private static Record alteration(Record record) {
    try {
      byte[] data = record.rdataToWireCanonical();
      data[data.length - 1] ^= 1;
      return Record.newRecord(
          record.getName(), record.getType(), record.getDClass(), TTL, data.length, data);
    } catch (RuntimeException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static Name below(Name name) {
    try {
      return Name.fromString("\\000", name);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
  }
}
