package skypost.local;

import com.amazonaws.services.lambda.runtime.RequestStreamHandler;
import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.aws.AwsClients;
import skypost.aws.AwsPorts;
import skypost.aws.http.BlockingHttpClient;
import skypost.local.s3.ObjectCreated;
import skypost.mail.settings.SettingsReader;
import skypost.protocol.log.Metrics;
import skypost.smtp.Door;
import skypost.smtp.SmtpFront;
import software.amazon.awssdk.services.sqs.model.DeleteMessageBatchRequestEntry;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageSystemAttributeName;

/**
 * The system as LocalSystem wires it, on the embedded endpoints, but without pollers: each step is
 * started by the caller, so that queues fill and batches are full. Invocations are counted in
 * {@link CountedRequests}.
 */
final class SteppedSystem implements AutoCloseable {
  private static final int BATCH = 10; // as template.yaml's event sources have it
  private static final int MAX_CONNECTIONS = 200;

  private final Closing opened = new Closing();
  private final AwsClients functionClients;
  private final Map<String, String> cloud;
  private final Clock clock;
  private final AwsClients clients;
  private final Resources resources;
  private final Functions functions;
  private final AwsPorts ports;
  private final SmtpFront front;

  /**
   * Starts it.
   *
   * @param given environment variables; all ports are free ones
   */
  static SteppedSystem start(Map<String, String> given, Clock clock) throws Exception {
    Map<String, String> whole = new HashMap<>(given);
    for (String service : List.of("SMTP", "SUBMISSION", "SUBMISSIONS", "POP3", "POP3S", "API")) {
      whole.put("SKYPOST_PORT_" + service, "0");
    }
    return new SteppedSystem(OwnCertificate.addTo(whole, Instant.now()), clock);
  }

  private SteppedSystem(Map<String, String> environment, Clock clock) throws Exception {
    this.clock = clock;
    LocalSettings settings = LocalSettings.read(new SettingsReader(environment), Instant.now());
    DataFolder folder = opened.add(DataFolder.open(settings.data()));
    Endpoints endpoints =
        Endpoints.embedded(
            folder,
            () ->
                DynoxideBinary.find(
                    Optional.empty(), DynoxideBinary.userCache(System.getenv()), line -> {}),
            event -> notified(event),
            opened);
    var http = opened.add(BlockingHttpClient.of(MAX_CONNECTIONS));
    Map<AwsClients.Service, java.net.URI> uris = new EnumMap<>(endpoints.uris());
    functionClients = AwsClients.at(new AwsClients.Elsewhere(uris, endpoints.credentials(), http));
    Provisioning provisioning =
        new Provisioning(functionClients.s3(), functionClients.sqs(), functionClients.dynamo());
    provisioning.bucket();
    provisioning.tables();
    resources = provisioning.queues();
    cloud =
        Functions.environment(
            environment,
            resources,
            new Functions.Secrets("token", "0123456789abcdef", folder.vaultKey()));
    functions = fresh();
    uris.put(
        AwsClients.Service.LAMBDA, opened.add(LambdaEndpoint.start(0, functions.all())).endpoint());
    clients = AwsClients.at(new AwsClients.Elsewhere(uris, endpoints.credentials(), http));
    ports = new AwsPorts(clients, new SettingsReader(cloud), clock);
    front =
        opened.add(
            SmtpFront.start(
                settings.smtp(),
                new SmtpFront.Ports(
                    ports.authorizer(),
                    ports.messages(),
                    ports.sessionCheck(settings.smtp().checkLimit())),
                clock,
                new SecureRandom(),
                Metrics.off()));
  }

  /** S3 sends the event itself in the cloud; SQS bills it as a request. */
  private void notified(ObjectCreated event) {
    clients
        .sqs()
        .sendMessage(send ->
            send.queueUrl(resources.incoming().url()).messageBody(event.toJson(Resources.REGION)));
  }

  /** Functions that share nothing with others, as another environment of Lambda would hold. */
  Functions fresh() {
    Functions plain = Functions.of(functionClients, cloud, clock);
    return new Functions(
        counted(plain.authorize()),
        counted(plain.receive()),
        counted(plain.send()),
        counted(plain.transfer()),
        counted(plain.report()),
        counted(plain.api()));
  }

  private static LambdaFunction counted(LambdaFunction function) {
    RequestStreamHandler handler =
        (input, output, context) -> {
          CountedRequests.add("Invoke " + function.name(), 1);
          RequestedActions.belongTo(function.name());
          function.handler().handleRequest(input, output, context);
        };
    return new LambdaFunction(function.name(), handler, function.timeout());
  }

  AwsPorts ports() {
    return ports;
  }

  AwsClients clients() {
    return clients;
  }

  Resources resources() {
    return resources;
  }

  Functions functions() {
    return functions;
  }

  int port(Door door) {
    return front.port(door);
  }

  /**
   * Runs a function on full batches of a queue, as an event source does, until so many are done.
   */
  void run(Resources.Queue queue, LambdaFunction function, int messages) throws IOException {
    for (int done = 0; done < messages; ) {
      int some = runOnce(queue, function, 10);
      if (some == 0) {
        throw new IOException("the queue is empty after %d of %d".formatted(done, messages));
      }
      done += some;
    }
  }

  /**
   * Receives a batch, runs a function on it, and deletes it.
   *
   * @param wait for messages, in seconds
   * @return how many messages there were
   * @throws IOException when the function failed, or handed a message back
   */
  int runOnce(Resources.Queue queue, LambdaFunction function, int wait) throws IOException {
    List<Message> batch =
        clients
            .sqs()
            .receiveMessage(receive ->
                receive
                    .queueUrl(queue.url())
                    .maxNumberOfMessages(BATCH)
                    .waitTimeSeconds(wait)
                    .messageSystemAttributeNames(MessageSystemAttributeName.ALL))
            .messages();
    if (batch.isEmpty()) {
      return 0;
    }
    LambdaFunction.Outcome outcome = function.invoke(SqsEvent.of(batch, queue.arn()));
    if (!(outcome instanceof LambdaFunction.Returned(byte[] payload))
        || !SqsEvent.failures(payload, batch).equals(Optional.of(Set.of()))) {
      throw new IOException(function.name() + " failed: " + outcome);
    }
    var entries =
        batch.stream()
            .map(message ->
                DeleteMessageBatchRequestEntry.builder()
                    .id(message.messageId())
                    .receiptHandle(message.receiptHandle())
                    .build())
            .toList();
    clients.sqs().deleteMessageBatch(delete -> delete.queueUrl(queue.url()).entries(entries));
    return batch.size();
  }

  @Override
  public void close() {
    opened.close();
  }
}
