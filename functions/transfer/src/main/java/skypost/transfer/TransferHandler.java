package skypost.transfer;

import com.amazonaws.services.lambda.runtime.Context;
import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import skypost.aws.AwsClients;
import skypost.aws.AwsPorts;
import skypost.aws.DynamoTransfers;
import skypost.aws.SqsBatch;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.settings.SettingsReader;
import skypost.mail.transfer.FileArchived;
import skypost.mail.transfer.RunExport;
import skypost.mail.transfer.RunImport;
import skypost.mail.transfer.RunTransfer;

/**
 * The handler of TransferFunction: {@code {"transfer": "<TransferId>", "user": "<address>"}} out of
 * SQS, one at a time. What is not done when the time is over is handed to another invocation.
 */
public final class TransferHandler implements RequestStreamHandler {
  /**
   * What is left of the invocation when it must stop: for the message at hand, and for recording
   * how far it came.
   */
  private static final Duration RESERVE = Duration.ofSeconds(60);

  /** Of a short invocation a share is kept instead. */
  private static final int SHARE = 4;

  private final RunTransfer transfers;
  private final Clock clock;

  /** Wired by the function's environment. */
  public TransferHandler() {
    this(AwsClients.fromEnvironment(), new SettingsReader(System.getenv()), Clock.systemUTC());
  }

  /**
   * Wired by hand. @throws SettingsReader.SettingsException with every setting that is missing or
   * wrong
   */
  public TransferHandler(AwsClients clients, SettingsReader reader, Clock clock) {
    AwsPorts aws = new AwsPorts(clients, reader, clock);
    var transfers = aws.transfers();
    var messages = aws.messages();
    var mailboxes = aws.mailboxes();
    var exports = new RunExport.Ports(transfers, aws.exportObjects(), mailboxes, messages);
    var quota = new DomainQuota(aws.domainUsage(), aws.directory(), mailboxes, clock);
    var filing = new FileArchived.Ports(messages, messages, mailboxes, aws.traces(), quota);
    var imports = new RunImport(transfers, aws.importObjects(), filing, clock);
    reader.check();
    this(new RunTransfer(transfers, new RunExport(exports, clock), imports), clock);
  }

  /** On any ports. */
  public TransferHandler(RunTransfer transfers, Clock clock) {
    this.transfers = transfers;
    this.clock = clock;
  }

  @Override
  public void handleRequest(InputStream input, OutputStream output, Context context)
      throws IOException {
    Duration left = Duration.ofMillis(context.getRemainingTimeInMillis());
    Duration share = left.dividedBy(SHARE);
    Instant deadline =
        clock.instant().plus(left).minus(share.compareTo(RESERVE) < 0 ? share : RESERVE);
    SqsBatch.handle(
        SqsBatch.read(input),
        output,
        message -> transfers.run(DynamoTransfers.woken(message.body()), deadline));
  }
}
