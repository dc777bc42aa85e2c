package skypost.local;

import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import skypost.aws.AwsClients;
import skypost.aws.AwsPorts;
import skypost.aws.http.BlockingHttpClient;
import skypost.local.s3.ObjectCreated;
import skypost.mail.settings.MetricsSettings;
import skypost.mail.settings.SettingsReader;
import skypost.pop3.Pop3Server;
import skypost.protocol.log.Metrics;
import skypost.protocol.net.HealthEndpoint;
import skypost.smtp.Door;
import skypost.smtp.SmtpFront;

/**
 * Everything that runs in the cloud, in this process: starts it, wires it as template.yaml does,
 * and stops it.
 */
final class LocalSystem implements AutoCloseable {
  private static final int MAX_AWS_CONNECTIONS =
      2000; // to the embedded endpoints: a few for each session and function
  private static final int BATCH_SIZE = 10;
  private static final int CONCURRENCY = 4;
  private static final int CONCURRENT_TRANSFERS = 2;

  /** How long after midnight (UTC) the day before is reported. */
  private static final Duration REPORTING = Duration.ofMinutes(20);

  private static final Duration SWEEP_PERIOD = Duration.ofMinutes(15);
  private static final Duration DRAIN = Duration.ofSeconds(2);

  private final LocalSettings settings;
  private final Map<String, String> environment;
  private final Consumer<String> progress;
  private final Clock clock = Clock.systemUTC();
  private final Closing opened = new Closing();
  private final CompletableFuture<String> failed = new CompletableFuture<>();
  private volatile Consumer<ObjectCreated> events = event -> {};
  private SmtpFront smtp;
  private Pop3Server pop3;
  private HttpApiEndpoint api;
  private Optional<HealthEndpoint> health = Optional.empty();

  private LocalSystem(
      LocalSettings settings, Map<String, String> environment, Consumer<String> progress) {
    this.settings = settings;
    this.environment = environment;
    this.progress = progress;
  }

  /**
   * Starts everything, and returns when it answers.
   *
   * @param folder belongs to us; closed with the system
   * @param environment that the settings were read from
   * @param progress told what takes a while, and the token that was made
   */
  static LocalSystem start(
      LocalSettings settings,
      DataFolder folder,
      Map<String, String> environment,
      Consumer<String> progress)
      throws IOException {
    var system = new LocalSystem(settings, environment, progress);
    system.opened.add(folder);
    try {
      system.start(folder);
      return system;
    } catch (IOException | RuntimeException fault) {
      system.close();
      throw fault;
    }
  }

  private void start(DataFolder folder) throws IOException {
    Endpoints endpoints =
        settings.endpoint().isPresent()
            ? Endpoints.outside(settings.endpoint().get())
            : Endpoints.embedded(folder, this::dynoxide, event -> events.accept(event), opened);
    endpoints.databaseEnded().thenRun(() -> failed.complete("dynoxide ended"));
    var http = opened.add(BlockingHttpClient.of(MAX_AWS_CONNECTIONS));
    Map<AwsClients.Service, URI> uris = new EnumMap<>(endpoints.uris());
    AwsClients clients =
        AwsClients.at(new AwsClients.Elsewhere(uris, endpoints.credentials(), http));
    Resources resources = provision(clients, endpoints.embedded());
    events =
        event ->
            clients
                .sqs()
                .sendMessage(r ->
                    r.queueUrl(resources.incoming().url())
                        .messageBody(event.toJson(Resources.REGION)));
    if (endpoints.embedded()) {
      for (String table : Resources.EXPIRING) {
        opened.add(new TimeToLiveSweeper(clients.dynamo(), table, clock)).start();
      }
    }
    Map<String, String> cloud =
        Functions.environment(
            environment,
            resources,
            new Functions.Secrets(adminToken(folder), folder.returnSecret(), folder.vaultKey()));
    Functions functions = Functions.of(clients, cloud, clock);
    LambdaEndpoint lambda = opened.add(LambdaEndpoint.start(0, functions.all()));
    uris.put(AwsClients.Service.LAMBDA, lambda.endpoint());
    serve(
        AwsClients.at(new AwsClients.Elsewhere(uris, endpoints.credentials(), http)),
        functions,
        resources,
        cloud);
  }

  private Path dynoxide() throws IOException {
    return DynoxideBinary.find(
        settings.dynoxide(), DynoxideBinary.userCache(environment), progress);
  }

  private static Resources provision(AwsClients clients, boolean embedded) throws IOException {
    var provisioning = new Provisioning(clients.s3(), clients.sqs(), clients.dynamo());
    var tasks = new Together();
    var queues = tasks.start(provisioning::queues);
    tasks.start(() -> {
      provisioning.tables();
      return null;
    });
    tasks.start(() -> {
      provisioning.bucket();
      return null;
    });
    tasks.await();
    if (!embedded) {
      provisioning.bucketEvents(queues.resultNow().incoming());
    }
    return queues.resultNow();
  }

  private String adminToken(DataFolder folder) throws IOException {
    if (settings.adminToken().isPresent()) {
      return settings.adminToken().get();
    }
    var kept = folder.adminToken();
    if (kept.isPresent()) {
      return kept.get();
    }
    String made = folder.newAdminToken();
    progress.accept("admin token " + made + " (kept in " + folder.resolve("admin-token") + ")");
    return made;
  }

  private void serve(
      AwsClients clients, Functions functions, Resources resources, Map<String, String> cloud)
      throws IOException {
    sweep(
        functions.receive(),
        "{\"sweep\":true,\"settled\":true}"); // what a crash left, before anything is under way
    opened.add(
        EventSourcePoller.start(clients.sqs(), source(resources.incoming()), functions.receive()));
    opened.add(
        EventSourcePoller.start(clients.sqs(), source(resources.outbound()), functions.send()));
    // One at a time, as template.yaml has it: a transfer may take an invocation's whole time.
    var transfers = new EventSource(resources.transfers(), 1, Duration.ZERO, CONCURRENT_TRANSFERS);
    opened.add(EventSourcePoller.start(clients.sqs(), transfers, functions.transfer()));
    wakePeriodically(functions);
    var ports = new AwsPorts(clients, new SettingsReader(cloud), clock);
    Metrics metrics = MetricsSettings.read(new SettingsReader(environment), clock);
    opened.add(metrics::write);
    var tasks = new Together();
    opened.add(() -> health.ifPresent(HealthEndpoint::close)); // when the doors are closed
    var smtpStarted =
        tasks.start(() ->
            SmtpFront.start(
                settings.smtp(),
                new SmtpFront.Ports(
                    ports.authorizer(),
                    ports.messages(),
                    ports.sessionCheck(settings.smtp().checkLimit())),
                clock,
                new SecureRandom(),
                metrics));
    var pop3Started =
        tasks.start(() ->
            Pop3Server.start(
                settings.pop3(),
                new Pop3Server.Ports(
                    ports.authorizer(), ports.rememberingMailboxes(), ports.messages()),
                clock,
                metrics));
    var apiStarted =
        tasks.start(() -> opened.add(HttpApiEndpoint.start(settings.apiPort(), functions.api())));
    try {
      tasks.await();
    } finally {
      keep(
          smtpStarted,
          front -> {
            smtp = front;
            opened.add(() -> front.drain(DRAIN));
          });
      keep(
          pop3Started,
          server -> {
            pop3 = server;
            opened.add(() -> server.drain(DRAIN));
          });
    }
    api = apiStarted.resultNow();
    health = settings.health().start(() -> smtp.trouble().or(pop3::trouble));
    opened.add(() -> health.ifPresent(HealthEndpoint::drain)); // before the doors close
  }

  private static <T> void keep(Future<T> started, Consumer<T> keeper) {
    if (started.state() == Future.State.SUCCESS) {
      keeper.accept(started.resultNow());
    }
  }

  private static EventSource source(Resources.Queue queue) {
    return new EventSource(queue, BATCH_SIZE, Duration.ZERO, CONCURRENCY);
  }

  /** As the schedules of template.yaml do. */
  private void wakePeriodically(Functions functions) {
    var timer =
        Executors.newSingleThreadScheduledExecutor(Thread.ofVirtual().name("schedule").factory());
    opened.add(timer::shutdownNow);
    long period = SWEEP_PERIOD.toSeconds();
    timer.scheduleWithFixedDelay(
        () -> sweep(functions.receive(), "{\"sweep\":true}"), period, period, TimeUnit.SECONDS);
    Instant now = clock.instant();
    Instant midnight = now.truncatedTo(ChronoUnit.DAYS).plus(1, ChronoUnit.DAYS);
    timer.scheduleAtFixedRate(
        () -> functions.report().invoke("{}".getBytes(StandardCharsets.UTF_8)),
        Duration.between(now, midnight.plus(REPORTING)).toSeconds(),
        Duration.ofDays(1).toSeconds(),
        TimeUnit.SECONDS);
  }

  private static void sweep(LambdaFunction receive, String event) {
    receive.invoke(event.getBytes(StandardCharsets.UTF_8)); // a failure is logged where it happens
  }

  /** The line that says that everything answers. */
  String ready() {
    return "skypost ready smtp=%d submission=%d submissions=%d pop3=%d pop3s=%d api=%d"
        .formatted(
            smtp.port(Door.SMTP),
            smtp.port(Door.SUBMISSION),
            smtp.port(Door.SUBMISSIONS),
            pop3.pop3Port(),
            pop3.pop3sPort(),
            api.port());
  }

  /** Completes with a reason when the system cannot go on. */
  CompletableFuture<String> failed() {
    return failed;
  }

  /** Stops everything: the doors first, the endpoints last. */
  @Override
  public void close() {
    failed.complete("stopped"); // so that nothing that ends from now on counts as a failure
    opened.close();
  }
}
