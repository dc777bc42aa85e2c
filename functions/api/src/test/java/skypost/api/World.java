package skypost.api;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import skypost.mail.admin.TransferAtOnce;
import skypost.mail.auth.Zone;
import skypost.mail.auth.dkim.DkimSignature.Algorithm;
import skypost.mail.authorize.CallAheadSettings;
import skypost.mail.authorize.RecipientProbe.Finding;
import skypost.mail.authorize.ScreenClients;
import skypost.mail.directory.Account;
import skypost.mail.directory.AppPassword;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Domain;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.Screening;
import skypost.mail.directory.SenderPolicy;
import skypost.mail.directory.StoredPassword;
import skypost.mail.directory.Suppressions.Suppression;
import skypost.mail.dns.ClientLists.Listed;
import skypost.mail.filter.Filter;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.Mailboxes.Delivery;
import skypost.mail.memory.InMemoryBodyHolders;
import skypost.mail.memory.InMemoryCredentials;
import skypost.mail.memory.InMemoryDeletedMessages;
import skypost.mail.memory.InMemoryDestinations;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryDomainUsage;
import skypost.mail.memory.InMemoryExpiringMailboxes;
import skypost.mail.memory.InMemoryExportObjects;
import skypost.mail.memory.InMemoryFilterMemories;
import skypost.mail.memory.InMemoryFilters;
import skypost.mail.memory.InMemoryGreylist;
import skypost.mail.memory.InMemoryImportObjects;
import skypost.mail.memory.InMemoryMailboxChecks;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryMessageFlags;
import skypost.mail.memory.InMemoryMessages;
import skypost.mail.memory.InMemoryOutboundQueue;
import skypost.mail.memory.InMemoryOutboundQueue.DestinationWake;
import skypost.mail.memory.InMemoryOutboundQueue.Wake;
import skypost.mail.memory.InMemoryProbedRecipients;
import skypost.mail.memory.InMemoryQueueOperations;
import skypost.mail.memory.InMemoryReceivedReports;
import skypost.mail.memory.InMemoryRelayRecipients;
import skypost.mail.memory.InMemorySigningKeys;
import skypost.mail.memory.InMemorySmartHostPasswords;
import skypost.mail.memory.InMemorySuppressions;
import skypost.mail.memory.InMemoryTraces;
import skypost.mail.memory.InMemoryTransfers;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageId;
import skypost.mail.queue.ByHand;
import skypost.mail.queue.Destination;
import skypost.mail.queue.Destination.Trouble;
import skypost.mail.queue.EntryId;
import skypost.mail.queue.OperationId;
import skypost.mail.queue.OutboundQueue.Booking;
import skypost.mail.queue.QueueAction;
import skypost.mail.queue.QueueEntry;
import skypost.mail.queue.QueueEntry.Attempt;
import skypost.mail.queue.QueueEntry.QueuedRecipient;
import skypost.mail.queue.QueueEntry.Status;
import skypost.mail.queue.QueueFilter;
import skypost.mail.queue.QueueOperation;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.LocalKeyVault;
import skypost.mail.signing.SigningPair;
import skypost.mail.signing.SigningPair.Half;
import skypost.mail.tlspolicy.StsPolicy;
import skypost.mail.trace.Traces;
import skypost.mail.transfer.FileArchived;
import skypost.mail.transfer.RunExport;
import skypost.mail.transfer.RunImport;
import skypost.mail.transfer.RunTransfer;
import skypost.mail.transfer.TransferId;
import skypost.mail.transfer.TransferJson;
import skypost.mail.transfer.TransferKey;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;
import skypost.protocol.smtp.SmtpReply;

/** A small installation in memory, and the real handler before it. */
final class World {
  static final Instant NOW = Instant.parse("2026-11-25T08:00:00Z");
  static final Instant ACCEPTED = Instant.parse("2026-11-25T07:00:00Z");
  static final String TOKEN = "sample-admin-token";
  static final SmtpReply TRY_LATER = SmtpReply.of(451, 4, 1, "try again later");

  /** What the servers of far.example said at last. */
  static final Trouble TROUBLE =
      new Trouble(
          ACCEPTED,
          "mx.far.example[192.0.2.25]:25",
          SmtpReply.of(421, 3, 2, "going down"),
          Optional.empty());

  /** In ann's INBOX, and nobody else's. */
  static final MessageId FILED = MessageId.derived(ACCEPTED, "filed");

  /** Was in ann's folder Work, and has been deleted just now. */
  static final MessageId DELETED = MessageId.derived(ACCEPTED, "deleted");

  /** From ann to bob and carol at far.example, deferred after one attempt. */
  static final MessageId WAITS = MessageId.derived(ACCEPTED, "waits");

  /** From ann to dora at far.example, held before its first attempt. */
  static final MessageId HELD = MessageId.derived(ACCEPTED, "held");

  /** Holds all that waits; nobody has carried it on yet. */
  static final OperationId OPERATION = new OperationId("01m88ve4d0p5y83py2cx");

  /** Of ann's mailbox, and done. */
  static final TransferId EXPORT = new TransferId("01m88ve4d0exp5xprt01");

  /** To ann's mailbox; it has stopped, since that was full. */
  static final TransferId IMPORT = new TransferId("01m88ve4d01mpxrt0001");

  static final EmailAddress ANN = address("ann@local.example");
  static final ScramSalt SALT = new ScramSalt("c2FsdA==", 4096);

  final InMemoryDirectory directory = new InMemoryDirectory();
  final InMemoryFilters filters = new InMemoryFilters(directory);
  final InMemoryCredentials credentials = new InMemoryCredentials();
  final Clock clock = Clock.fixed(NOW, ZoneOffset.UTC);
  final InMemoryMailboxes mailboxes = new InMemoryMailboxes(clock);
  final InMemoryDeletedMessages deleted = new InMemoryDeletedMessages(mailboxes);
  final InMemoryBodyHolders holders = new InMemoryBodyHolders();
  final InMemoryMessages messages = new InMemoryMessages();
  final InMemoryTraces traces = new InMemoryTraces();
  final InMemoryRelayRecipients relayRecipients = new InMemoryRelayRecipients();
  final InMemorySigningKeys signingKeys = new InMemorySigningKeys();
  final Zone published = Zone.of("");
  final InMemoryReceivedReports reports = new InMemoryReceivedReports();
  final InMemorySuppressions suppressions = new InMemorySuppressions();
  final List<Wake> wakes = new ArrayList<>();
  final List<DestinationWake> destinationWakes = new ArrayList<>();
  final InMemorySmartHostPasswords smartHostPasswords = new InMemorySmartHostPasswords(clock);
  final InMemoryOutboundQueue queue =
      new InMemoryOutboundQueue(clock, wakes::add, destinationWakes::add);
  final InMemoryDestinations destinations = new InMemoryDestinations();
  final List<OperationId> operationWakes = new ArrayList<>();
  final InMemoryQueueOperations operations = new InMemoryQueueOperations(operationWakes::add);
  final List<TransferKey> transferWakes = new ArrayList<>();
  final InMemoryTransfers transfers = new InMemoryTransfers(transferWakes::add);
  final InMemoryExportObjects exports = new InMemoryExportObjects();
  final InMemoryImportObjects imports = new InMemoryImportObjects();
  final ApiHandler handler = handler(directory);

  /** Nothing in it. */
  static World empty() {
    return new World();
  }

  /** A domain of each kind, a user, an alias, a message of each fate. */
  static World seeded() throws IOException {
    World world = new World();
    world.directory.putDomain(Domain.local("local.example"));
    world.directory.putDomain(
        new Domain(
            "relay.example",
            Domain.Kind.RELAY,
            Optional.of(new HostPort("mx.relay.example", 25)),
            new SenderPolicy(
                SenderPolicy.DmarcReject.REFUSE, SenderPolicy.Spoofed.JUNK, List.of())));
    world.relayRecipients.put(List.of(address("listed@relay.example")));
    world.directory.putAccount(new Account.User(ANN, 1_000_000, false));
    world.credentials.put(ANN, SALT, new StoredPassword("$argon2id$none", Optional.empty()));
    world.credentials.add(
        ANN,
        SALT,
        new AppPassword("k7mq2x", "phone", LocalDate.of(2026, 11, 24), "digest", Optional.empty()));
    world.mailboxes.create(ANN, 1_000_000);
    world.filters.put(ANN, new Filter("keep;", "{\"script\":\"keep;\"}"));
    world.directory.putAccount(new Account.Alias(address("info@local.example"), List.of(ANN)));
    world.suppressions.put(
        "local.example",
        new Suppression(
            address("gone@far.example"),
            ACCEPTED,
            "550 5.1.1 no such user",
            Optional.of(NOW.plusSeconds(3600))));
    world.sign();
    world.file(FILED, ANN, false);
    world.store(DELETED, ANN.toString());
    world.mailboxes.discard(ANN, new Delivery(DELETED, "Work", 60, false, "sample"));
    world.defer(WAITS, "bob@far.example", "carol@far.example");
    QueueEntry waiting = world.enqueue(HELD, "dora@far.example");
    world.queue.replace(waiting, with(waiting, Status.HELD, waiting.nextAttempt(), 0, List.of()));
    QueueOperation hold =
        QueueOperation.begin(OPERATION, QueueFilter.ALL, new QueueAction.Hold(), NOW);
    world.operations.begin(hold);
    world.operations.replace(
        hold,
        hold.found(
            List.of(new EntryId(WAITS, "far.example", 0), new EntryId(HELD, "far.example", 0)),
            Optional.empty()));
    world.operationWakes.clear();
    Destination far = Destination.healthy("far.example");
    world.destinations.replace(
        far, far.failed(TROUBLE, ACCEPTED, Duration.ofMinutes(30)), ACCEPTED);
    world.transfers();
    world.mailboxes.lease(
        ANN,
        "pop3-1",
        world.mailboxes.open(ANN, Mailboxes.INBOX).orElseThrow(),
        NOW,
        NOW.plusSeconds(600));
    return world;
  }

  private void transfers() throws IOException {
    transfers.begin(
        TransferJson.read(
            new TransferKey(ANN, EXPORT),
            """
            {"createdAt": "2026-11-25T07:00:00Z", "state": "DONE", "step": 3, "reason": "", "export": "mbox",
             "folders": [{"name": "INBOX", "uidNext": 2}], "messages": 1, "octets": 60, "folder": 1, "uid": 0,
             "keywords": [], "written": 1, "missing": 0, "writtenOctets": 150}
            """));
    TransferKey key = new TransferKey(ANN, IMPORT);
    transfers.begin(
        TransferJson.read(
            key,
            """
            {"createdAt": "2026-11-25T07:00:00Z", "state": "OVER_QUOTA", "step": 3,
             "reason": "there is no room for message 3 in the mailbox", "import": "mbox", "folder": "INBOX",
             "octets": 5, "read": 2, "position": 1, "batchAt": "2026-11-25T07:00:01Z", "filed": 1, "failed": 1,
             "faults": [{"message": 2, "reason": "it does not begin with a header"}], "keywords": {}, "folders": []}
            """));
    imports.upload(key, new byte[5]);
  }

  /** A pair that signs, and one that waits and is published. */
  private void sign() {
    SigningPair active = pair("s20261101-1", new SigningPair.State.Active(ACCEPTED));
    SigningPair waiting = pair("s20261124-2", new SigningPair.State.Pending());
    signingKeys.replace(new DomainKeys("local.example", 1, List.of(active, waiting)));
    waiting
        .halves()
        .forEach(half -> published.add(half.recordName("local.example") + " TXT " + half.record()));
  }

  /** With the public keys of RFC 8463 appendix A.2. */
  private static SigningPair pair(String id, SigningPair.State state) {
    return new SigningPair(
        id,
        ACCEPTED,
        state,
        List.of(
            new Half(
                id + "-rsa",
                Algorithm.RSA_SHA256,
                "MIGfMA0GCSqGSIb3DQEBAQUAA4GNADCBiQKBgQDkHlOQoBTzWRiGs5V6NpP3idY6Wk08a5qhdR6wy5bdOKb2jLQiY/J16JYi0Qvx/byYzCNb3W91y3FutACDfzwQ/BC/e/8uBsCR+yz1Lxj+PL6lHvqMKrM3rG4hstT5QjvHO9PzoxZyVYLzBfO2EeC3Ip3G+2kryOTIKT+l/K4w3QIDAQAB",
                "sealed-private-key"),
            new Half(
                id + "-ed25519",
                Algorithm.ED25519_SHA256,
                "11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=",
                "sealed-private-key")));
  }

  /** The primaries know only those that are called so. */
  private Finding finding(EmailAddress asked) {
    return asked.local().startsWith("known") ? Finding.EXISTS : Finding.UNKNOWN;
  }

  ApiHandler handler(Directory other) {
    var callAhead =
        new CallAheadSettings("mx.skypost.example", "mx.skypost.example", Optional.empty(), 25);
    var settings =
        new ApiSettings(
            TOKEN,
            callAhead,
            RelaySettings.DEFAULT,
            List.of(InetAddress.ofLiteral("198.51.100.7")),
            StsPolicy.Mode.TESTING);
    return new ApiHandler(
        settings,
        new ApiPorts(
            other,
            credentials,
            smartHostPasswords,
            mailboxes,
            new InMemoryMessageFlags(mailboxes),
            deleted,
            new InMemoryExpiringMailboxes(mailboxes),
            new InMemoryMailboxChecks(mailboxes),
            new InMemoryDomainUsage(),
            filters,
            new InMemoryFilterMemories(),
            holders,
            messages,
            messages,
            traces,
            queue,
            operations,
            destinations,
            relayRecipients,
            new InMemoryProbedRecipients(),
            suppressions,
            transfers,
            exports,
            imports,
            signingKeys,
            new LocalKeyVault(new byte[LocalKeyVault.KEY_OCTETS], new SecureRandom()),
            () -> published,
            domain -> {
              throw new IOException("mta-sts." + domain + " does not exist");
            },
            reports,
            (domain, asked) -> asked.stream().map(this::finding).toList(),
            new ScreenClients.Ports(World::listed, new InMemoryGreylist().withoutTraces())),
        clock,
        time -> pause.pass(time));
  }

  /** What happens while a request waits: transfers go on. */
  private TransferAtOnce.Pause pause = time -> runTransfers();

  /** While a request waits, nothing happens. */
  void standStill() {
    pause = time -> {};
  }

  private void runTransfers() throws IOException {
    var quota = new DomainQuota(new InMemoryDomainUsage(), directory, mailboxes, clock);
    var filing = new FileArchived.Ports(messages, messages, mailboxes, traces, quota);
    var run =
        new RunTransfer(
            transfers,
            new RunExport(new RunExport.Ports(transfers, exports, mailboxes, messages), clock),
            new RunImport(transfers, imports, filing, clock));
    for (TransferKey key : List.copyOf(transferWakes)) {
      run.run(key, NOW.plusSeconds(60));
    }
  }

  private static Optional<Listed> listed(String client, Screening screening) {
    return client.equals("203.0.113.66")
        ? Optional.of(new Listed(screening.lists().getFirst().zone(), "a spammer"))
        : Optional.empty();
  }

  /** An answer of the API. */
  record Answer(int status, Map<String, Object> headers, String body) {
    Map<String, Object> json() throws IOException {
      return body.isEmpty() ? Map.of() : JSON.std.mapFrom(body);
    }

    @SuppressWarnings("unchecked") // lists of the API hold objects
    List<Map<String, Object>> items() throws IOException {
      return (List<Map<String, Object>>) json().get("items");
    }
  }

  Answer get(String path) throws IOException {
    return call("GET", path, null);
  }

  Answer delete(String path) throws IOException {
    return call("DELETE", path, null);
  }

  Answer put(String path, String body) throws IOException {
    return call("PUT", path, body);
  }

  Answer patch(String path, String body) throws IOException {
    return call("PATCH", path, body);
  }

  Answer post(String path, String body) throws IOException {
    return call("POST", path, body);
  }

  Answer call(String method, String path, String body) throws IOException {
    Map<String, String> headers = new LinkedHashMap<>();
    headers.put("Authorization", "Bearer " + TOKEN);
    if (body != null) {
      headers.put("Content-Type", "application/json");
    }
    return call(method, path, headers, body);
  }

  Answer call(String method, String path, Map<String, String> headers, String body)
      throws IOException {
    String[] parts = path.split("\\?", 2);
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("version", "2.0");
    event.put("rawPath", parts[0]);
    event.put("rawQueryString", parts.length == 2 ? parts[1] : "");
    event.put("headers", headers);
    event.put(
        "requestContext",
        Map.of("requestId", "test", "http", Map.of("method", method, "path", parts[0])));
    event.put("isBase64Encoded", false);
    if (body != null) {
      event.put("body", body);
    }
    return call(JSON.std.asBytes(event));
  }

  Answer call(byte[] event) throws IOException {
    return call(handler, event);
  }

  /** A handler whose directory fails once, at a method, as if DynamoDB had not answered. */
  ApiHandler failingOnceAt(String method) {
    AtomicBoolean failed = new AtomicBoolean();
    return handler(
        (Directory)
            Proxy.newProxyInstance(
                Directory.class.getClassLoader(),
                new Class<?>[] {Directory.class},
                (proxy, called, arguments) -> {
                  if (called.getName().equals(method) && failed.compareAndSet(false, true)) {
                    throw new IOException("no answer");
                  }
                  return called.invoke(directory, arguments);
                }));
  }

  /** Somebody else's request. */
  @FunctionalInterface
  interface Interruption {
    Answer call() throws IOException;
  }

  /** A handler that somebody else is served before, once, when it comes to a method. */
  ApiHandler interrupted(String method, Interruption interruption) {
    AtomicBoolean come = new AtomicBoolean();
    return handler(
        (Directory)
            Proxy.newProxyInstance(
                Directory.class.getClassLoader(),
                new Class<?>[] {Directory.class},
                (proxy, called, arguments) -> {
                  if (called.getName().equals(method) && come.compareAndSet(false, true)) {
                    interruption.call();
                  }
                  return called.invoke(directory, arguments);
                }));
  }

  static byte[] event(String method, String path, String body) throws IOException {
    Map<String, Object> event = new LinkedHashMap<>();
    event.put("rawPath", path);
    event.put("headers", Map.of("authorization", "Bearer " + TOKEN));
    event.put("requestContext", Map.of("http", Map.of("method", method)));
    event.put("body", body);
    return JSON.std.asBytes(event);
  }

  static Answer call(ApiHandler handler, byte[] event) throws IOException {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    handler.handleRequest(new ByteArrayInputStream(event), out, null);
    Map<String, Object> answer = JSON.std.mapFrom(out.toByteArray());
    @SuppressWarnings("unchecked") // a JSON object is a map
    Map<String, Object> headers = (Map<String, Object>) answer.get("headers");
    return new Answer((Integer) answer.get("statusCode"), headers, (String) answer.get("body"));
  }

  /** Stores a message from ann. */
  MessageId store(MessageId id, String... recipients) throws IOException {
    try (var draft = messages.begin(id, envelope(recipients))) {
      draft.write(
          "From: ann@local.example\r\nSubject: sample\r\n\r\nbody\r\n"
              .getBytes(StandardCharsets.US_ASCII));
      draft.commit();
    }
    return id;
  }

  /** A message in a mailbox, with its receipt. */
  void file(MessageId id, EmailAddress user, boolean shared) throws IOException {
    store(id, user.toString());
    mailboxes.deliver(user, new Delivery(id, Mailboxes.INBOX, 60, shared, "sample"));
    receipt(
        id, new Traces.RecipientOutcome(user, user, new Traces.Outcome.Filed(Mailboxes.INBOX, 1)));
  }

  void receipt(MessageId id, Traces.RecipientOutcome... outcomes) throws IOException {
    traces.record(
        new Traces.Receipt(
            id,
            messages.open(id).orElseThrow().envelope(),
            60,
            "sample",
            ACCEPTED.plusSeconds(1),
            List.of(outcomes)));
  }

  /** A message in the queue, with its receipt. */
  QueueEntry enqueue(MessageId id, String... recipients) throws IOException {
    store(id, recipients);
    var entry =
        new QueueEntry(
            new EntryId(id, address(recipients[0]).domain(), 0),
            new QueueEntry.Mail(Optional.of(ANN), 60, false, ""),
            new QueueEntry.Turn(Status.QUEUED, ACCEPTED, 0, address(recipients[0]).domain()),
            java.util.Arrays.stream(recipients)
                .map(text -> new QueuedRecipient(address(text), Map.of(), Optional.empty()))
                .toList(),
            List.of(),
            ByHand.NOTHING);
    queue.enqueue(List.of(entry));
    receipt(
        id,
        java.util.Arrays.stream(recipients)
            .map(World::address)
            .map(to ->
                new Traces.RecipientOutcome(
                    to, to, new Traces.Outcome.Queued(entry.id().toString())))
            .toArray(Traces.RecipientOutcome[]::new));
    return entry;
  }

  /** A message in the queue whose first attempt was put off. */
  QueueEntry defer(MessageId id, String... recipients) throws IOException {
    QueueEntry entry = enqueue(id, recipients);
    queue.book(entry.id(), ACCEPTED, NOW);
    var attempt =
        new Attempt(ACCEPTED.plusSeconds(2), "mx.far.example[192.0.2.25]:25", "TLSv1.3", TRY_LATER);
    QueueEntry deferred = with(entry, Status.DEFERRED, NOW.plusSeconds(300), 1, List.of(attempt));
    queue.finish(deferred);
    return deferred;
  }

  /** An attempt that is under way. */
  QueueEntry book(EntryId id) {
    return ((Booking.Booked) queue.book(id, NOW.plusSeconds(3600), NOW.plusSeconds(7200))).entry();
  }

  static QueueEntry with(
      QueueEntry entry, Status status, Instant next, int made, List<Attempt> attempts) {
    return new QueueEntry(
        entry.id(),
        new QueueEntry.Mail(entry.sender(), entry.size(), entry.shared(), ""),
        new QueueEntry.Turn(status, next, made, entry.id().destination()),
        entry.recipients(),
        attempts,
        ByHand.NOTHING);
  }

  static EmailAddress address(String text) {
    return EmailAddress.parse(text).orElseThrow();
  }

  private static Envelope envelope(String... recipients) {
    return new Envelope(
        Optional.of(ANN),
        Map.of(),
        java.util.Arrays.stream(recipients)
            .map(World::address)
            .map(Envelope.Recipient::new)
            .toList(),
        new Envelope.Origin(
            ACCEPTED,
            Optional.of("203.0.113.7"),
            "client.example",
            Optional.of("TLSv1.3 TLS_AES_128_GCM_SHA256"),
            Optional.of(ANN)));
  }
}
