package skypost.mail.dns;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.random.RandomGenerator;
import org.xbill.DNS.AAAARecord;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.MXRecord;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Type;
import skypost.mail.dns.Dns.Answer;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Peer;

/**
 * Locates the servers of a domain (RFC 5321 section 5.1). Thread safe when its random generator is.
 */
public final class MailExchangers {
  /**
   * Addresses that one lookup gives at most: a domain with hundreds must not keep a function busy.
   */
  public static final int MAX_PEERS = 10;

  private final Dns dns;
  private final OwnHost us;
  private final RandomGenerator random;

  /**
   * @param dns whom to ask
   * @param ownNames host names under which we are an exchanger ourselves, in lower case
   * @param random for the order among equals
   */
  public MailExchangers(Dns dns, Set<String> ownNames, RandomGenerator random) {
    this(dns, new OwnHost(ownNames, Set.of()), random);
  }

  /**
   * @param us how we appear in lists of exchangers
   */
  public MailExchangers(Dns dns, OwnHost us, RandomGenerator random) {
    this.dns = dns;
    this.us = us;
    this.random = random;
  }

  private record Exchanger(int preference, String host) {}

  /**
   * The exchangers of a domain, or the address that a literal names.
   *
   * @param domain in canonical form
   */
  public Exchangers find(String domain, int port) {
    if (domain.startsWith("[")) {
      return literal(domain, port);
    }
    return switch (dns.lookup(domain, Type.MX)) {
      case Answer.NoSuchName() ->
          new Exchangers.Never(SmtpReply.of(550, 1, 2, "domain " + domain + " does not exist"));
      case Answer.Unknown(String why) -> later(domain, why);
      case Answer.Records(List<Record> records) -> byRecords(domain, records, port);
    };
  }

  /**
   * A host by its name or address, without regard to MX: a smart host, a relay domain's primary.
   */
  public Exchangers host(String host, int port) {
    Optional<InetAddress> address = address(host);
    if (address.isPresent()) {
      return new Exchangers.Found(
          List.of(new Peer(host, new InetSocketAddress(address.get(), port))));
    }
    // Even where it is an address of ours: then it is another server on this machine
    return switch (resolve(List.of(new Exchanger(0, host)), port, Set.of())) {
      // The administrator named it: his slip must not cost anybody's mail, so this is temporary
      // (X.4.4: unable to route)
      case Resolved(List<Peer> peers, String why, boolean ofUs) when peers.isEmpty() ->
          new Exchangers.Later(
              SmtpReply.of(
                  451,
                  4,
                  4,
                  "host " + host + " has no address" + (why.isEmpty() ? "" : ": " + why)));
      case Resolved(List<Peer> peers, String why, boolean ofUs) -> new Exchangers.Found(peers);
    };
  }

  private static Exchangers literal(String literal, int port) {
    String text = literal.substring(1, literal.length() - 1);
    text =
        text.toLowerCase(Locale.ROOT).startsWith("ipv6:") ? text.substring("ipv6:".length()) : text;
    return address(text)
        .<Exchangers>map(address ->
            new Exchangers.Found(List.of(new Peer(literal, new InetSocketAddress(address, port)))))
        .orElseGet(() ->
            new Exchangers.Never(SmtpReply.of(550, 1, 3, "malformed address literal " + literal)));
  }

  private Exchangers byRecords(String domain, List<Record> records, int port) {
    List<Exchanger> exchangers = new ArrayList<>();
    for (Record record : records) {
      if (record instanceof MXRecord mx && !mx.getTarget().equals(Name.root)) {
        exchangers.add(
            new Exchanger(
                mx.getPriority(), mx.getTarget().toString(true).toLowerCase(Locale.ROOT)));
      }
    }
    if (exchangers.isEmpty() && !records.isEmpty()) { // RFC 7505 section 3: "." alone takes no mail
      return new Exchangers.Never(
          SmtpReply.of(556, 1, 10, "domain " + domain + " takes no mail (null MX)"));
    }
    boolean implicit = exchangers.isEmpty();
    if (implicit) { // RFC 5321 section 5.1: no MX: the domain itself, with preference 0
      exchangers.add(new Exchanger(0, domain));
    }
    List<Exchanger> usable = withoutUs(exchangers);
    if (usable.isEmpty()) {
      return loop(domain);
    }
    Resolved resolved = resolve(inOrder(usable), port, us.addresses());
    if (!resolved.peers().isEmpty()) {
      return new Exchangers.Found(resolved.peers());
    }
    if (!resolved.unknown().isEmpty()) {
      return later(domain, resolved.unknown());
    }
    if (resolved.endsWithUs()) {
      return loop(domain);
    }
    return new Exchangers.Never(
        implicit
            ? SmtpReply.of(
                550, 1, 2, "domain " + domain + " has neither a mail exchanger nor an address")
            : SmtpReply.of(
                550,
                4,
                4,
                "no mail exchanger of " + domain + " has an address")); // X.4.4: unable to route
  }

  private static Exchangers loop(String domain) {
    return new Exchangers.Never(
        SmtpReply.of(554, 4, 6, "mail for " + domain + " loops back to this host"));
  }

  /**
   * RFC 5321 section 5.1: where we are in the list, all of our preference and above are dropped.
   */
  private List<Exchanger> withoutUs(List<Exchanger> exchangers) {
    int ours =
        exchangers.stream()
            .filter(exchanger -> us.names().contains(exchanger.host()))
            .mapToInt(Exchanger::preference)
            .min()
            .orElse(Integer.MAX_VALUE);
    return exchangers.stream().filter(exchanger -> exchanger.preference() < ours).toList();
  }

  /** By preference, and by chance among equals. */
  private List<Exchanger> inOrder(List<Exchanger> exchangers) {
    List<Exchanger> ordered = new ArrayList<>(exchangers);
    Collections.shuffle(ordered, random);
    ordered.sort(Comparator.comparingInt(Exchanger::preference)); // stable
    return ordered;
  }

  /**
   * @param peers in order, at most {@link #MAX_PEERS}
   * @param unknown why an address could not be told; empty when all were
   * @param endsWithUs whether the list was cut because an address is ours
   */
  private record Resolved(List<Peer> peers, String unknown, boolean endsWithUs) {}

  private record Located(int preference, Peer peer) {}

  /** What an exchanger's name leads to. */
  private record Addresses(List<InetAddress> addresses, String unknown) {}

  private Resolved resolve(List<Exchanger> exchangers, int port, Set<InetAddress> ours) {
    List<Located> located = new ArrayList<>();
    String unknown = "";
    int end = Integer.MAX_VALUE;
    for (Exchanger exchanger : exchangers) {
      if (located.size() >= MAX_PEERS || exchanger.preference() >= end) {
        break;
      }
      Addresses found = addresses(exchanger.host());
      unknown = found.unknown().isEmpty() ? unknown : found.unknown();
      if (found.addresses().stream().anyMatch(ours::contains)) {
        end = exchanger.preference(); // RFC 5321 section 5.1: we are in the list by another name
      }
      found
          .addresses()
          .forEach(address ->
              located.add(
                  new Located(
                      exchanger.preference(),
                      new Peer(exchanger.host(), new InetSocketAddress(address, port)))));
    }
    int before = end;
    List<Peer> peers =
        located.stream()
            .filter(each -> each.preference() < before)
            .map(Located::peer)
            .limit(MAX_PEERS)
            .toList();
    return new Resolved(peers, unknown, end != Integer.MAX_VALUE);
  }

  private Addresses addresses(String host) {
    List<InetAddress> all = new ArrayList<>();
    String unknown = "";
    // Both questions at once. IPv4 goes first: a NAT gateway's address, and so the name and
    // reputation, is an IPv4 one.
    for (CompletableFuture<Answer> question :
        List.of(dns.ask(host, Type.A), dns.ask(host, Type.AAAA))) {
      switch (dns.await(question)) {
        case Answer.Unknown(String why) -> unknown = host + ": " + why;
        case Answer.NoSuchName() -> {}
        case Answer.Records(List<Record> records) -> {
          List<InetAddress> addresses = addresses(records);
          Collections.shuffle(addresses, random); // RFC 5321 section 5.1: a multihomed host
          all.addAll(addresses);
        }
      }
    }
    return new Addresses(all, unknown);
  }

  private static List<InetAddress> addresses(List<Record> records) {
    List<InetAddress> addresses = new ArrayList<>();
    for (Record record : records) {
      if (record instanceof ARecord a) {
        addresses.add(a.getAddress());
      } else if (record instanceof AAAARecord aaaa) {
        addresses.add(aaaa.getAddress());
      }
    }
    return addresses;
  }

  private static Optional<InetAddress> address(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException noAddress) {
      return Optional.empty();
    }
  }

  private static Exchangers later(String domain, String why) {
    return new Exchangers.Later(
        SmtpReply.of(
            451,
            4,
            3,
            "DNS gives no answer for " + domain + ": " + why)); // X.4.3: directory server
  }
}
