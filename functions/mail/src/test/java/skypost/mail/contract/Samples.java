package skypost.mail.contract;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.random.RandomGenerator;
import skypost.mail.directory.Page;
import skypost.mail.filter.ApplyFilter;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.FolderStatus;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryFilterMemories;
import skypost.mail.memory.InMemoryFilters;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/** Ids, names and envelopes for tests; each call gives new ones. */
public final class Samples {
  private static final RandomGenerator RANDOM = new SecureRandom(); // safe for many threads
  private static final AtomicLong COUNT = new AtomicLong(RANDOM.nextLong(1L << 40));

  private Samples() {}

  /** A name that no other test uses. */
  public static String name(String prefix) {
    return prefix + Long.toString(COUNT.incrementAndGet(), 36);
  }

  public static EmailAddress user() {
    return new EmailAddress(name("user-"), "local.example");
  }

  public static EmailAddress address(String text) {
    return EmailAddress.parse(text).orElseThrow(() -> new IllegalArgumentException(text));
  }

  /** The id of a message accepted just now. */
  public static MessageId id() {
    return id(Instant.now());
  }

  public static MessageId id(Instant acceptedAt) {
    return MessageId.at(acceptedAt, RANDOM);
  }

  /** One sender, one recipient. */
  public static Envelope envelope() {
    return new Envelope(
        Optional.of(address("ann@sender.example")),
        Map.of(),
        List.of(new Envelope.Recipient(address("bob@local.example"))),
        Envelope.Origin.internal(Instant.parse("2026-11-25T08:00:00Z"), "mx.skypost.example"));
  }

  /** Every field set, with characters that a careless encoding would spoil. */
  public static Envelope fullEnvelope() {
    return new Envelope(
        Optional.of(new EmailAddress("o\"hara b", "sender.example")),
        Map.of("BODY", "8BITMIME", "SMTPUTF8", "", "RET", "HDRS", "ENVID", "QQ+3D314159"),
        List.of(
            new Envelope.Recipient(
                address("用户@local.example"),
                Map.of("NOTIFY", "SUCCESS,FAILURE", "ORCPT", "utf-8;\\x{7528}@a.example")),
            new Envelope.Recipient(address("bob+tag@local.example")),
            new Envelope.Recipient(address("postmaster@[192.0.2.1]"))),
        new Envelope.Origin(
            Instant.parse("2026-11-25T08:00:00.123Z"),
            Optional.of("2001:db8::25"),
            "[IPv6:2001:db8::25]",
            Optional.of("TLSv1.3 TLS_AES_128_GCM_SHA256"),
            Optional.of(address("ann@local.example")),
            "mx.skypost.example",
            Optional.of(new MessageId("01m88ve4d0p5y83py2cw"))));
  }

  /** A call that gives one page of a list. */
  @FunctionalInterface
  public interface Pager<T> {
    Page<T> page(Optional<String> next) throws IOException;
  }

  /** All pages of a list, at most {@code limit} items each. */
  public static <T> List<T> all(int limit, Pager<T> pager) throws IOException {
    List<T> items = new ArrayList<>();
    Optional<String> next = Optional.empty();
    do {
      Page<T> page = pager.page(next);
      if (page.items().size() > limit) {
        throw new AssertionError(
            "a page of " + page.items().size() + " where " + limit + " were asked for");
      }
      items.addAll(page.items());
      next = page.next();
    } while (next.isPresent());
    return items;
  }

  /** Filters of a directory's users, all in memory. */
  public static ApplyFilter filters(
      InMemoryDirectory directory, InMemoryMessages messages, Mailboxes mailboxes, Clock clock) {
    var ports =
        new ApplyFilter.Ports(
            new InMemoryFilters(directory),
            new InMemoryFilterMemories(),
            messages,
            mailboxes,
            new InMemoryTraces());
    return new ApplyFilter(ports, "mx.local.example", clock);
  }

  /** A folder's counters without that of its changes, which depends on how many writes it took. */
  static FolderStatus counters(FolderStatus status) {
    return new FolderStatus(status.name(), status.messages(), status.bytes(), status.uidNext());
  }
}
