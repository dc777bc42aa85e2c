package skypost.mail.transfer;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryDomainUsage;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryTransfers;
import skypost.mail.message.Envelope;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;
import skypost.mail.trace.Traces;
import skypost.protocol.address.EmailAddress;

/** A main for {@link LargeMailboxTest}: bodies are made up when read, archives are a file. */
final class LargeMailbox {
  private static final int MESSAGES = 20_000;
  private static final int OCTETS = 20_000;
  private static final EmailAddress ANN = new EmailAddress("ann", "local.example");
  private static final EmailAddress BOB = new EmailAddress("bob", "local.example");
  private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");
  private static final byte[] RAW =
      ("Subject: large\r\n\r\n" + "a line of text that is folded\r\n".repeat(OCTETS / 31))
          .getBytes(StandardCharsets.US_ASCII);

  private LargeMailbox() {}

  public static void main(String[] arguments) throws IOException {
    Path file = Path.of(arguments[0], "archive");
    var mailboxes = new InMemoryMailboxes();
    mailboxes.create(ANN, 0);
    mailboxes.create(BOB, 0);
    for (int i = 0; i < MESSAGES; i++) {
      MessageId id = MessageId.numbered(START.plusSeconds(i), "large", i);
      mailboxes.deliver(
          ANN, new Delivery(id, Mailboxes.INBOX, RAW.length, false, "large", List.of()));
    }
    var transfers = new InMemoryTransfers(wake -> {});
    Clock clock = Clock.systemUTC();
    Instant deadline = clock.instant().plus(Duration.ofMinutes(10));
    TransferKey out = new TransferKey(ANN, new TransferId("01m88ve4d0exp5xprt01"));
    Export export =
        Export.begin(
            out,
            clock.instant(),
            new Export.Selection(
                ArchiveFormat.MAILDIR,
                List.of(new Export.Range(Mailboxes.INBOX, MESSAGES + 1)),
                MESSAGES,
                0));
    transfers.begin(export);
    var exporting = new RunExport.Ports(transfers, new ToFile(file), mailboxes, new MadeUp());
    new RunExport(exporting, clock).run(export, deadline);
    export = (Export) transfers.find(out).orElseThrow();
    System.out.println(
        "exported "
            + export.progress().counts().messages()
            + " "
            + export.status().state()
            + " "
            + Files.size(file)
            + " octets");

    TransferKey in = new TransferKey(BOB, new TransferId("01m88ve4d01mpxrt0001"));
    Import begun =
        Import.begin(in, clock.instant(), ArchiveFormat.MAILDIR, Mailboxes.INBOX)
            .started(Files.size(file));
    transfers.begin(begun);
    var quota =
        new DomainQuota(new InMemoryDomainUsage(), new InMemoryDirectory(), mailboxes, clock);
    var filing =
        new FileArchived.Ports(new Nowhere(), new MadeUp(), mailboxes, new NoTraces(), quota);
    new RunImport(transfers, new FromFile(file), filing, clock).run(begun, deadline);
    begun = (Import) transfers.find(in).orElseThrow();
    System.out.println(
        "imported "
            + begun.progress().counts().filed()
            + " "
            + begun.status().state()
            + " "
            + mailboxes.status(BOB).orElseThrow().messages()
            + " in the mailbox");
  }

  private static Envelope envelope(Instant at) {
    return new Envelope(
        Optional.of(BOB),
        Map.of(),
        List.of(new Envelope.Recipient(ANN)),
        Envelope.Origin.internal(at, "mx"));
  }

  private record MadeUp() implements StoredMessages {
    @Override
    public Optional<StoredMessage> open(MessageId id) {
      return Optional.of(
          new StoredMessage(envelope(id.acceptedAt()), RAW.length, new ByteArrayInputStream(RAW)));
    }

    @Override
    public void delete(Collection<MessageId> ids) {
      throw new IllegalStateException("nothing is to be deleted");
    }

    @Override
    public Iterator<MessageId> listFrom(MessageId from) {
      return List.<MessageId>of().iterator();
    }
  }

  private record Nowhere() implements IncomingMessages {
    @Override
    public Draft begin(MessageId id, Envelope envelope) {
      return new Draft() {
        @Override
        public void write(int octet) {
          // counted by whoever writes
        }

        @Override
        public void write(byte[] octets, int from, int length) {
          // counted by whoever writes
        }

        @Override
        public void stage() {
          // nobody looks
        }

        @Override
        public void commit() {
          // nowhere
        }
      };
    }
  }

  private record NoTraces() implements Traces {
    @Override
    public void record(Receipt receipt) {
      // nobody asks
    }

    @Override
    public Optional<Receipt> receipt(MessageId id) {
      return Optional.empty();
    }

    @Override
    public List<MessageId> withoutReceipt(List<MessageId> ids) {
      return ids;
    }

    @Override
    public void recordRefusal(Receipt refusal) {
      // nobody asks
    }

    @Override
    public Optional<Receipt> refusal(MessageId id) {
      return Optional.empty();
    }
  }

  /** Parts come in order here, since nobody dies. */
  private record ToFile(Path file, List<String> tags) implements ExportObjects {
    ToFile(Path file) {
      this(file, new ArrayList<>());
    }

    @Override
    public void put(TransferKey key, ArchiveFormat format, byte[] octets) throws IOException {
      Files.write(file, octets);
    }

    @Override
    public String begin(TransferKey key, ArchiveFormat format) {
      return "upload";
    }

    @Override
    public String part(TransferKey key, String upload, int number, Part part) throws IOException {
      try (OutputStream out =
          Files.newOutputStream(file, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
        out.write(part.octets(), 0, part.length());
      }
      tags.add("tag" + number);
      return tags.getLast();
    }

    @Override
    public List<String> tags(TransferKey key, String upload, int count) {
      return tags;
    }

    @Override
    public void complete(TransferKey key, String upload, List<String> all) {
      // it is complete
    }

    @Override
    public void abort(TransferKey key, String upload) {
      throw new IllegalStateException("nothing is to be aborted");
    }

    @Override
    public boolean exists(TransferKey key) {
      return Files.exists(file);
    }

    @Override
    public Optional<byte[]> read(TransferKey key) {
      return Optional.empty();
    }

    @Override
    public void delete(TransferKey key) {
      throw new IllegalStateException("nothing is to be deleted");
    }

    @Override
    public URI url(TransferKey key, String fileName, Duration validity) {
      return file.toUri();
    }
  }

  private record FromFile(Path file) implements ImportObjects {
    @Override
    public URI url(TransferKey key, Duration validity) {
      return file.toUri();
    }

    @Override
    public OptionalLong size(TransferKey key) throws IOException {
      return OptionalLong.of(Files.size(file));
    }

    @Override
    public InputStream open(TransferKey key, long from, long size) throws IOException {
      InputStream in = Files.newInputStream(file);
      in.skipNBytes(from);
      return in;
    }

    @Override
    public void put(TransferKey key, byte[] archive) {
      throw new UnsupportedOperationException("it is there");
    }

    @Override
    public void delete(TransferKey key) {
      throw new IllegalStateException("nothing is to be deleted");
    }
  }
}
