package skypost.aws;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.Optional;
import skypost.mail.authorize.Authorizer;
import skypost.mail.authorize.Greylist;
import skypost.mail.authorize.LoginAttempts;
import skypost.mail.authorize.SteadyRefusals;
import skypost.mail.authorize.Tallies;
import skypost.mail.directory.Credentials;
import skypost.mail.directory.Directory;
import skypost.mail.directory.ProbedRecipients;
import skypost.mail.directory.RelayRecipients;
import skypost.mail.directory.SmartHostPasswords;
import skypost.mail.directory.Suppressions;
import skypost.mail.filter.Filters;
import skypost.mail.mailbox.BodyHolders;
import skypost.mail.mailbox.DeletedMessages;
import skypost.mail.mailbox.DomainUsage;
import skypost.mail.mailbox.ExpiringMailboxes;
import skypost.mail.mailbox.MailboxChecks;
import skypost.mail.mailbox.Mailboxes;
import skypost.mail.mailbox.MessageFlags;
import skypost.mail.message.StoredMessages;
import skypost.mail.queue.Destinations;
import skypost.mail.queue.OutboundQueue;
import skypost.mail.queue.QueueOperations;
import skypost.mail.receive.IncomingEvents;
import skypost.mail.receive.SweepMark;
import skypost.mail.report.CountedMail;
import skypost.mail.report.ReceivedReports;
import skypost.mail.settings.Setting;
import skypost.mail.settings.SettingsReader;
import skypost.mail.sieve.run.FilterMemories;
import skypost.mail.signing.KeyVault;
import skypost.mail.signing.LocalKeyVault;
import skypost.mail.signing.SigningKeys;
import skypost.mail.tlspolicy.KeptPolicies;
import skypost.mail.tlspolicy.TlsReports;
import skypost.mail.trace.Traces;
import skypost.mail.transfer.ExportObjects;
import skypost.mail.transfer.ImportObjects;
import skypost.mail.transfer.Transfers;
import skypost.mail.verify.SessionCheck;

/**
 * The ports on AWS. A program reads, and so must be given, just the settings of the ports that it
 * asks for.
 */
public final class AwsPorts {
  public static final Setting REGION =
      new Setting(AwsClients.REGION, "region of the AWS services; Lambda and ECS set it", "");
  public static final Setting BUCKET =
      new Setting("SKYPOST_BUCKET", "S3 bucket of the raw messages", "");
  public static final Setting DIRECTORY =
      new Setting(
          "SKYPOST_TABLE_DIRECTORY", "DynamoDB table of domains, accounts and relay settings", "");
  public static final Setting CREDENTIALS =
      new Setting(
          "SKYPOST_TABLE_CREDENTIALS",
          "DynamoDB table of password hashes, of failed logins and of smart hosts' passwords",
          "");
  public static final Setting MAILBOXES =
      new Setting("SKYPOST_TABLE_MAILBOXES", "DynamoDB table of mailboxes", "");
  public static final Setting MESSAGES =
      new Setting(
          "SKYPOST_TABLE_MESSAGES", "DynamoDB table of receipts and the outbound queue", "");
  public static final Setting INCOMING =
      new Setting("SKYPOST_QUEUE_INCOMING", "URL of the SQS queue of S3 events", "");
  public static final Setting OUTBOUND =
      new Setting("SKYPOST_QUEUE_OUTBOUND", "URL of the SQS queue that wakes SendFunction", "");
  public static final Setting TRANSFERS =
      new Setting(
          "SKYPOST_QUEUE_TRANSFERS", "URL of the SQS queue that wakes TransferFunction", "");
  public static final Setting AUTHORIZE =
      new Setting("SKYPOST_FUNCTION_AUTHORIZE", "name or ARN of AuthorizeFunction", "");

  public static final Setting RECEIVE =
      new Setting("SKYPOST_FUNCTION_RECEIVE", "name or ARN of ReceiveFunction", "");

  public static final Setting KMS_KEY =
      new Setting(
          "SKYPOST_KMS_KEY", "ARN of the KMS key that DKIM's private keys are encrypted under", "");

  /** Instead of a KMS key, where there is no KMS. */
  public static final Setting VAULT_KEY_FILE =
      new Setting(
          "SKYPOST_VAULT_KEY_FILE",
          "file with the 32 octets, in base64, that DKIM's private keys are encrypted under; else made and kept in the data folder",
          "");

  private final AwsClients clients;
  private final SettingsReader settings;
  private final Clock clock;

  public AwsPorts(AwsClients clients, SettingsReader settings, Clock clock) {
    this.clients = clients;
    this.settings = settings;
    this.clock = clock;
    if (clients.region().isEmpty()) {
      settings.required(REGION); // a client without a region cannot be made: told with the rest
    }
  }

  /** Both for storing and for reading messages. */
  public S3Messages messages() {
    return new S3Messages(clients.s3(), settings.required(BUCKET));
  }

  /** Messages that a front has staged and not accepted yet. */
  public StoredMessages stagedMessages() {
    return S3Messages.staged(clients.s3(), settings.required(BUCKET));
  }

  /**
   * For the SMTP front.
   *
   * @param longest how long an answer is waited for
   */
  public SessionCheck sessionCheck(Duration longest) {
    return new LambdaSessionCheck(clients.lambda(), settings.required(RECEIVE), longest);
  }

  public Directory directory() {
    return new DynamoDirectory(clients.dynamo(), settings.required(DIRECTORY));
  }

  public RelayRecipients relayRecipients() {
    return new DynamoRelayRecipients(clients.dynamo(), settings.required(DIRECTORY));
  }

  public ProbedRecipients probedRecipients() {
    return new DynamoProbedRecipients(clients.dynamo(), settings.required(DIRECTORY));
  }

  public Suppressions suppressions() {
    return new DynamoSuppressions(clients.dynamo(), settings.required(DIRECTORY));
  }

  public Filters filters() {
    return new DynamoFilters(clients.dynamo(), settings.required(DIRECTORY));
  }

  public FilterMemories filterMemories() {
    return new DynamoFilterMemories(clients.dynamo(), settings.required(MAILBOXES));
  }

  public Credentials credentials() {
    return new DynamoCredentials(clients.dynamo(), settings.required(CREDENTIALS));
  }

  public SmartHostPasswords smartHostPasswords() {
    return new DynamoSmartHostPasswords(clients.dynamo(), settings.required(CREDENTIALS), clock);
  }

  public SigningKeys signingKeys() {
    return new DynamoSigningKeys(clients.dynamo(), settings.required(DIRECTORY));
  }

  /** Under the KMS key; or under the key of a file, where one is named. */
  public KeyVault keyVault() {
    Optional<String> file = settings.optional(VAULT_KEY_FILE);
    return file.isPresent()
        ? fileVault(file.get())
        : new KmsKeyVault(clients::kms, settings.required(KMS_KEY));
  }

  private KeyVault fileVault(String file) {
    byte[] key;
    try {
      key = Base64.getDecoder().decode(Files.readString(Path.of(file)).strip());
    } catch (IOException | IllegalArgumentException unusable) { // its text is never shown
      settings.reject(VAULT_KEY_FILE, "cannot be read as base64");
      key = new byte[LocalKeyVault.KEY_OCTETS];
    }
    if (key.length != LocalKeyVault.KEY_OCTETS) {
      settings.reject(VAULT_KEY_FILE, "does not hold " + LocalKeyVault.KEY_OCTETS + " octets");
      key = new byte[LocalKeyVault.KEY_OCTETS];
    }
    return new LocalKeyVault(key, new SecureRandom());
  }

  public LoginAttempts attempts() {
    return new DynamoLoginAttempts(clients.dynamo(), settings.required(CREDENTIALS));
  }

  public Tallies tallies() {
    return new DynamoTallies(clients.dynamo(), settings.required(CREDENTIALS));
  }

  public Greylist greylist() {
    return new DynamoGreylist(clients.dynamo(), settings.required(CREDENTIALS));
  }

  public Mailboxes mailboxes() {
    return new DynamoMailboxes(clients.dynamo(), settings.required(MAILBOXES), clock);
  }

  public MessageFlags messageFlags() {
    return new DynamoMessageFlags(clients.dynamo(), settings.required(MAILBOXES), clock);
  }

  /** For the POP3 server: see {@link DynamoMailboxes#remembering}. */
  public Mailboxes rememberingMailboxes() {
    return DynamoMailboxes.remembering(clients.dynamo(), settings.required(MAILBOXES), clock);
  }

  public DeletedMessages deletedMessages() {
    return new DynamoDeletedMessages(clients.dynamo(), settings.required(MAILBOXES), clock);
  }

  public ExpiringMailboxes expiringMailboxes() {
    return new DynamoExpiringMailboxes(clients.dynamo(), settings.required(MAILBOXES), clock);
  }

  public MailboxChecks mailboxChecks() {
    return new DynamoMailboxChecks(clients.dynamo(), settings.required(MAILBOXES));
  }

  public DomainUsage domainUsage() {
    return new DynamoDomainUsage(clients.dynamo(), settings.required(MAILBOXES));
  }

  public BodyHolders holders() {
    return new DynamoBodyHolders(clients.dynamo(), settings.required(MAILBOXES));
  }

  public Traces traces() {
    return new DynamoTraces(clients.dynamo(), settings.required(MESSAGES));
  }

  public KeptPolicies keptPolicies() {
    return new DynamoKeptPolicies(clients.dynamo(), settings.required(MESSAGES));
  }

  public TlsReports tlsReports() {
    return new DynamoTlsReports(clients.dynamo(), settings.required(MESSAGES));
  }

  public ReceivedReports receivedReports() {
    return new DynamoReceivedReports(clients.dynamo(), settings.required(MESSAGES));
  }

  public CountedMail countedMail() {
    return new DynamoCountedMail(clients.dynamo(), settings.required(MESSAGES));
  }

  public OutboundQueue queue() {
    return new DynamoOutboundQueue(
        clients.dynamo(),
        settings.required(MESSAGES),
        clients.sqs(),
        settings.required(OUTBOUND),
        clock);
  }

  public QueueOperations operations() {
    return new DynamoQueueOperations(
        clients.dynamo(), settings.required(MESSAGES), clients.sqs(), settings.required(OUTBOUND));
  }

  public Transfers transfers() {
    return new DynamoTransfers(
        clients.dynamo(), settings.required(MESSAGES), clients.sqs(), settings.required(TRANSFERS));
  }

  public ExportObjects exportObjects() {
    return new S3ExportObjects(clients.s3(), clients::presigner, settings.required(BUCKET));
  }

  public ImportObjects importObjects() {
    return new S3ImportObjects(clients.s3(), clients::presigner, settings.required(BUCKET));
  }

  public Destinations destinations() {
    return new DynamoDestinations(clients.dynamo(), settings.required(MESSAGES));
  }

  public IncomingEvents events() {
    return new S3Events(clients.sqs(), settings.required(INCOMING), settings.required(BUCKET));
  }

  public SweepMark sweepMark() {
    return new DynamoSweepMark(clients.dynamo(), settings.required(MESSAGES));
  }

  /** For the fronts, who show the outside that a login was refused. */
  public Authorizer authorizer() {
    return new SteadyRefusals(
        new LambdaAuthorizer(clients.lambda(), settings.required(AUTHORIZE)), SteadyRefusals.USUAL);
  }
}
