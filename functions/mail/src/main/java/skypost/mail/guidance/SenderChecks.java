package skypost.mail.guidance;

import java.net.InetAddress;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import skypost.mail.auth.Addresses;
import skypost.mail.auth.spf.SpfCheck;
import skypost.mail.auth.spf.SpfResult;
import skypost.mail.auth.spf.SpfSession;
import skypost.mail.directory.HostPort;
import skypost.mail.dns.Lookups.Found;
import skypost.mail.dns.PublishedRecords;
import skypost.mail.guidance.AdvisedRecord.Purpose;
import skypost.mail.guidance.Finding.Status;

/** Whether others believe the addresses that mail leaves from: by SPF, and by their names. */
final class SenderChecks {
  /** Nobody sends from these (RFC 5737, RFC 3849): a record that lets them lets everybody. */
  private static final List<InetAddress> STRANGERS =
      List.of(InetAddress.ofLiteral("192.0.2.1"), InetAddress.ofLiteral("2001:db8::1"));

  private final PublishedRecords dns;
  private final OutboundHost host;

  SenderChecks(PublishedRecords dns, OutboundHost host) {
    this.dns = dns;
    this.host = host;
  }

  /** The SPF record of a domain. */
  Finding domain(String domain, Optional<HostPort> smartHost) {
    return spf(Purpose.SPF, domain, "postmaster@" + domain, smartHost);
  }

  /** The SPF record of our own name. */
  Finding helo() {
    return spf(Purpose.HELO_SPF, host.helo(), "", Optional.empty());
  }

  private Finding spf(Purpose purpose, String name, String sender, Optional<HostPort> smartHost) {
    return switch (dns.texts(name)) {
      case Found.Unknown<String>(String why) ->
          new Finding(purpose, name, Status.UNKNOWN, CheckDns.noAnswer(why), List.of());
      case Found.NoSuchName<String>() -> missing(purpose, name);
      case Found.Records<String>(List<String> texts) -> {
        List<String> records = texts.stream().filter(SpfCheck::isRecord).toList();
        yield records.isEmpty()
            ? missing(purpose, name)
            : evaluated(new Question(purpose, name, sender, records), smartHost);
      }
    };
  }

  private static Finding missing(Purpose purpose, String name) {
    return new Finding(
        purpose, name, Status.MISSING, "receivers cannot tell who may send", List.of());
  }

  private record Question(Purpose purpose, String name, String sender, List<String> records) {
    Finding answer(Status status, String why) {
      return new Finding(purpose, name, status, why, records);
    }
  }

  private Finding evaluated(Question question, Optional<HostPort> smartHost) {
    for (InetAddress stranger : STRANGERS) {
      switch (result(stranger, question.sender())) {
        case SpfResult.Pass() -> {
          return question.answer(Status.WRONG, "it lets everybody send");
        }
        case SpfResult.PermError(String why) -> {
          return question.answer(Status.WRONG, why);
        }
        case SpfResult.TempError(String why) -> {
          return question.answer(Status.UNKNOWN, CheckDns.noAnswer(why));
        }
        default -> {} // it does not let a stranger, whatever it says of him
      }
    }
    if (smartHost.isPresent()) {
      return question.answer(
          Status.UNKNOWN,
          "it is valid; whether it lets the addresses of "
              + smartHost.get().host()
              + " is for its operator to say");
    }
    return ours(question);
  }

  private Finding ours(Question question) {
    List<InetAddress> addresses = outbound();
    if (addresses.isEmpty()) {
      return question.answer(
          Status.UNKNOWN,
          "it is not known what addresses mail leaves from: " + host.helo() + " has none");
    }
    for (InetAddress address : addresses) {
      SpfResult result = result(address, question.sender());
      if (result instanceof SpfResult.TempError(String why)) {
        return question.answer(Status.UNKNOWN, CheckDns.noAnswer(why));
      }
      if (!(result instanceof SpfResult.Pass)) {
        return question.answer(
            Status.WRONG,
            "mail leaves from " + Addresses.text(address) + ", which gets " + result.code());
      }
    }
    return question.answer(Status.FINE, "it lets our addresses send, and not everybody");
  }

  private SpfResult result(InetAddress client, String sender) {
    return SpfCheck.check(
            new SpfSession(client, host.helo(), sender, host.hostname(), Instant.EPOCH), dns)
        .result();
  }

  private List<InetAddress> outbound() {
    if (!host.addresses().isEmpty()) {
      return host.addresses();
    }
    List<InetAddress> addresses = new ArrayList<>();
    for (boolean ipv6 : new boolean[] {false, true}) {
      if (dns.addresses(host.helo(), ipv6)
          instanceof Found.Records<InetAddress>(List<InetAddress> found)) {
        addresses.addAll(found);
      }
    }
    return addresses;
  }

  /** Many servers refuse an address whose name does not lead back to it (RFC 1912 section 2.1). */
  List<Finding> reverse() {
    return outbound().stream().map(this::reverse).toList();
  }

  private Finding reverse(InetAddress address) {
    String text = Addresses.text(address);
    return switch (dns.names(address)) {
      case Found.Unknown<String>(String why) ->
          new Finding(Purpose.REVERSE, text, Status.UNKNOWN, CheckDns.noAnswer(why), List.of());
      case Found.NoSuchName<String>() -> nameless(text);
      case Found.Records<String>(List<String> found) -> {
        List<String> names = found.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        if (names.isEmpty()) {
          yield nameless(text);
        }
        if (!names.contains(host.helo())) {
          yield new Finding(
              Purpose.REVERSE, text, Status.WRONG, "the name should be " + host.helo(), names);
        }
        boolean back =
            dns.addresses(host.helo(), address.getAddress().length == 16)
                    instanceof Found.Records<InetAddress>(List<InetAddress> addresses)
                && addresses.contains(address);
        yield new Finding(
            Purpose.REVERSE,
            text,
            back ? Status.FINE : Status.WRONG,
            back ? "its name leads back to it" : host.helo() + " does not lead back to it",
            names);
      }
    };
  }

  private static Finding nameless(String address) {
    return new Finding(
        Purpose.REVERSE,
        address,
        Status.MISSING,
        "it has no name (PTR); many servers refuse mail from there",
        List.of());
  }
}
