package skypost.mail.dns;

import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.xbill.DNS.Cache;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedResolver;
import org.xbill.DNS.Name;
import org.xbill.DNS.Record;
import org.xbill.DNS.Resolver;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.TXTRecord;
import org.xbill.DNS.TextParseException;
import org.xbill.DNS.Type;
import org.xbill.DNS.hosts.HostsFileParser;
import org.xbill.DNS.lookup.LookupSession;
import org.xbill.DNS.lookup.NoSuchDomainException;
import skypost.mail.directory.HostPort;

/**
 * Asks a recursive resolver; CNAMEs are followed, and answers kept for their time to live. Thread
 * safe.
 */
public final class Dns {
  private static final Duration TIMEOUT = Duration.ofSeconds(5);
  private static final int TRIES = 3;
  private static final int MAX_CNAMES = 16;
  private static final int MAX_CACHED = 10_000;

  private final LookupSession session;
  private final Duration longest;

  /**
   * @param resolver asks one server or several
   * @param longest how long a question may take with all its repetitions
   */
  public Dns(Resolver resolver, Duration longest) {
    Cache cache = new Cache(DClass.IN);
    cache.setMaxEntries(MAX_CACHED);
    this.longest = longest;
    this.session =
        LookupSession.builder()
            .resolver(resolver)
            .cache(cache)
            .hostsFileParser(
                new HostsFileParser()) // a smart host may be a name of the machine's own
            .maxRedirects(MAX_CNAMES)
            .build();
  }

  /** Asks this server, or the system's where there is none. */
  public static Dns at(Optional<HostPort> server) {
    return new Dns(resolver(server), TIMEOUT.multipliedBy(TRIES + 1L));
  }

  /**
   * A resolver for this server, or for the system's where there is none; for libraries that bring
   * their own questions.
   */
  public static Resolver resolver(Optional<HostPort> server) {
    try {
      ExtendedResolver resolver =
          server.isPresent()
              ? new ExtendedResolver(List.of(new SimpleResolver(address(server.get()))))
              : new ExtendedResolver();
      resolver.setTimeout(TIMEOUT);
      resolver.setRetries(TRIES);
      return resolver;
    } catch (UnknownHostException fault) {
      throw new UncheckedIOException("no DNS server at " + server, fault);
    }
  }

  private static InetSocketAddress address(HostPort server) throws UnknownHostException {
    return new InetSocketAddress(InetAddress.getByName(server.host()), server.port());
  }

  /** What came of a question. */
  public sealed interface Answer {
    /** Records of the type that was asked for; empty when the name has none. */
    record Records(List<Record> records) implements Answer {
      public Records {
        records = List.copyOf(records);
      }
    }

    /** The name does not exist (NXDOMAIN), or cannot. */
    record NoSuchName() implements Answer {}

    /** It cannot be told now. */
    record Unknown(String why) implements Answer {}
  }

  /** Begins to ask; the future always gets an answer, and does not fail. */
  CompletableFuture<Answer> ask(String name, int type) {
    Name absolute;
    try {
      absolute = Name.fromString(name, Name.root);
    } catch (TextParseException malformed) {
      return CompletableFuture.completedFuture(new Answer.NoSuchName());
    }
    return session
        .lookupAsync(absolute, type, DClass.IN)
        .<Answer>thenApply(result -> new Answer.Records(result.getRecords()))
        .exceptionally(Dns::failed)
        .toCompletableFuture();
  }

  /** Waits for an answer. */
  Answer await(CompletableFuture<Answer> question) {
    try {
      return question.get(longest.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException late) {
      return new Answer.Unknown("timed out");
    } catch (ExecutionException fault) {
      return failed(fault);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new Answer.Unknown("interrupted");
    }
  }

  /** Asks and waits. */
  public Answer lookup(String name, int type) {
    return await(ask(name, type));
  }

  /**
   * The TXT records of a name, the strings of each joined; none when there are none, or when it
   * cannot be told.
   */
  public List<String> texts(String name) {
    return switch (lookup(name, Type.TXT)) {
      case Answer.Records(List<Record> records) ->
          records.stream()
              .filter(TXTRecord.class::isInstance)
              .map(record -> String.join("", ((TXTRecord) record).getStrings()))
              .toList();
      case Answer.NoSuchName() -> List.of();
      case Answer.Unknown ignored -> List.of();
    };
  }

  private static Answer failed(Throwable fault) {
    Throwable root = fault;
    while (root.getCause() != null && !(root instanceof NoSuchDomainException)) {
      root = root.getCause();
    }
    if (root instanceof NoSuchDomainException) {
      return new Answer.NoSuchName();
    }
    return new Answer.Unknown(root.getMessage() == null ? root.toString() : root.getMessage());
  }
}
