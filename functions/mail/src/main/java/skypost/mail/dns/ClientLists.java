package skypost.mail.dns;

import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Collectors;
import org.xbill.DNS.ARecord;
import org.xbill.DNS.Record;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.Type;
import skypost.mail.directory.DnsList;
import skypost.mail.directory.Network;
import skypost.mail.directory.Screening;
import skypost.mail.dns.Dns.Answer;

/**
 * Asks DNS lists about a client (RFC 5782), all at once and within a time. A list that gives no
 * answer in time, or an error, lists nobody: a fault never has mail refused.
 */
public final class ClientLists {
  private static final Network ANSWERS = Network.of("127.0.0.0/8"); // RFC 5782 section 2.3
  // How lists say that they do not serve this resolver; nothing about the client.
  private static final Network ERRORS = Network.of("127.255.255.0/24");
  private static final int MAX_REASON = 200;

  private final Dns dns;
  private final Duration limit;

  /**
   * @param limit how long lists may take for their answers, and again for their reason
   */
  public ClientLists(Dns dns, Duration limit) {
    this.dns = dns;
    this.limit = limit;
  }

  /**
   * A client that is refused.
   *
   * @param zone the list that weighs most of those that it is on
   * @param reason what the list has to say, printable ASCII; may be empty
   */
  public record Listed(String zone, String reason) {}

  private record Asked(DnsList list, String name, CompletableFuture<Answer> answer) {}

  /** Why the client is refused; empty when it is not. */
  public Optional<Listed> check(String client, Screening screening) {
    String reversed;
    try {
      reversed = reversed(InetAddress.ofLiteral(client));
    } catch (IllegalArgumentException noAddress) {
      return Optional.empty();
    }
    List<Asked> asked = new ArrayList<>();
    for (DnsList list : screening.lists()) {
      String name = reversed + "." + list.zone();
      asked.add(new Asked(list, name, dns.ask(name, Type.A)));
    }
    await(
        CompletableFuture.allOf(
            asked.stream().map(Asked::answer).toArray(CompletableFuture<?>[]::new)));
    List<Asked> hits = asked.stream().filter(ClientLists::isHit).toList();
    int score = hits.stream().mapToInt(hit -> hit.list().weight()).sum();
    if (hits.isEmpty() || score < screening.threshold()) {
      return Optional.empty();
    }
    Asked worst = hits.getFirst();
    for (Asked hit : hits) {
      worst = hit.list().weight() > worst.list().weight() ? hit : worst;
    }
    return Optional.of(new Listed(worst.list().zone(), reason(worst.name())));
  }

  /** The octets (RFC 5782 section 2.1) or nibbles (section 2.4) from the last to the first. */
  static String reversed(InetAddress address) {
    byte[] octets = address.getAddress();
    List<String> labels = new ArrayList<>();
    if (octets.length == 4) {
      for (byte octet : octets) {
        labels.add(Integer.toString(Byte.toUnsignedInt(octet)));
      }
    } else {
      HexFormat.of()
          .formatHex(octets)
          .chars()
          .forEach(nibble -> labels.add(Character.toString(nibble)));
    }
    return String.join(".", labels.reversed());
  }

  private static boolean isHit(Asked asked) {
    return records(asked.answer()).stream()
        .filter(ARecord.class::isInstance)
        .map(record -> ((ARecord) record).getAddress().getHostAddress())
        .filter(answer -> ANSWERS.contains(answer) && !ERRORS.contains(answer))
        .anyMatch(asked.list()::matches);
  }

  /** RFC 5782 section 2.1: the TXT record of the same name says why. */
  private String reason(String name) {
    CompletableFuture<Answer> answer = dns.ask(name, Type.TXT);
    await(answer);
    String text =
        records(answer).stream()
            .filter(TXTRecord.class::isInstance)
            .limit(1)
            .flatMap(record -> ((TXTRecord) record).getStringsAsByteArrays().stream())
            .map(part -> new String(part, StandardCharsets.ISO_8859_1))
            .collect(Collectors.joining());
    String printable =
        text.chars()
            .filter(character -> character >= ' ' && character <= '~')
            .limit(MAX_REASON)
            .mapToObj(Character::toString)
            .collect(Collectors.joining());
    return printable.strip();
  }

  private static List<Record> records(CompletableFuture<Answer> answer) {
    return answer.getNow(new Answer.Unknown("late")) instanceof Answer.Records(List<Record> found)
        ? found
        : List.of();
  }

  private void await(CompletableFuture<?> answers) {
    try {
      answers.get(limit.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      return; // what has come counts
    } catch (ExecutionException fault) {
      throw new IllegalStateException(fault); // an answer does not fail: see Dns.ask
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }
}
