package skypost.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import skypost.mail.admin.AdviseDomain;
import skypost.mail.admin.ChangeMessages;
import skypost.mail.admin.CheckMailbox;
import skypost.mail.admin.InspectMailbox;
import skypost.mail.admin.ManageAliases;
import skypost.mail.admin.ManageAppPasswords;
import skypost.mail.admin.ManageDestinations;
import skypost.mail.admin.ManageDomains;
import skypost.mail.admin.ManageFilters;
import skypost.mail.admin.ManageOperations;
import skypost.mail.admin.ManageQueue;
import skypost.mail.admin.ManageRelay;
import skypost.mail.admin.ManageRelayRecipients;
import skypost.mail.admin.ManageSigningKeys;
import skypost.mail.admin.ManageSuppressions;
import skypost.mail.admin.ManageTransfers;
import skypost.mail.admin.ManageUsers;
import skypost.mail.admin.PreviewFilter;
import skypost.mail.admin.RecoverMessages;
import skypost.mail.admin.SteerEntry;
import skypost.mail.admin.TraceMessage;
import skypost.mail.admin.TransferAtOnce;
import skypost.mail.authorize.AuthorizeRecipients;
import skypost.mail.authorize.CheckRelayRecipients;
import skypost.mail.bounce.Bounces;
import skypost.mail.forward.ReturnPaths;
import skypost.mail.guidance.OutboundHost;
import skypost.mail.mailbox.DomainQuota;
import skypost.mail.mailbox.FreeBodies;
import skypost.mail.report.DomainReports;
import skypost.mail.signing.MakeSigningPair;

/** Every route, wired to its use case. */
final class Routes {
  static final String OPENAPI = "/openapi.json";

  private Routes() {}

  static List<Route> of(
      ApiSettings settings, ApiPorts ports, Clock clock, TransferAtOnce.Pause pause) {
    SecureRandom random = new SecureRandom();
    FreeBodies bodies = new FreeBodies(ports.holders(), ports.messages());
    Bounces bounces = new Bounces(ports.incoming(), settings.hostname());
    List<Route> routes = new ArrayList<>();
    var domains =
        new ManageDomains(
            ports.directory(),
            ports.relayRecipients(),
            ports.signingKeys(),
            ports.expiringMailboxes(),
            ports.domainUsage());
    routes.addAll(new DomainRoutes(domains).routes());
    routes.addAll(guidance(settings, ports, clock, random));
    routes.addAll(
        new RecipientRoutes(new ManageRelayRecipients(ports.directory(), ports.relayRecipients()))
            .routes());
    routes.addAll(
        new UserRoutes(
                new ManageUsers(
                    new ManageUsers.Ports(
                        ports.directory(),
                        ports.credentials(),
                        ports.mailboxes(),
                        ports.expiringMailboxes(),
                        ports.filters(),
                        ports.filterMemories()),
                    bodies,
                    random))
            .routes());
    routes.addAll(
        new FilterRoutes(
                new ManageFilters(ports.directory(), ports.filters()),
                new PreviewFilter(ports.mailboxes(), ports.messages(), settings.hostname(), clock))
            .routes());
    routes.addAll(
        new AppPasswordRoutes(new ManageAppPasswords(ports.credentials(), random, clock)).routes());
    routes.addAll(
        new MailboxRoutes(
                new InspectMailbox(ports.mailboxes(), clock),
                new ChangeMessages(ports.mailboxes(), ports.messageFlags()))
            .routes());
    var transfers =
        new ManageTransfers.Ports(
            ports.transfers(), ports.exports(), ports.imports(), ports.mailboxes());
    var moving = new ManageTransfers(transfers, clock, random);
    var atOnce = new TransferAtOnce(moving, transfers, pause);
    routes.addAll(new TransferRoutes(moving, atOnce).routes());
    var checked =
        new CheckMailbox.Ports(
            ports.directory(),
            ports.mailboxChecks(),
            ports.mailboxes(),
            ports.expiringMailboxes(),
            ports.messages(),
            ports.traces());
    routes.addAll(new CheckRoutes(new CheckMailbox(checked, bodies, clock)).routes());
    var quota = new DomainQuota(ports.domainUsage(), ports.directory(), ports.mailboxes(), clock);
    routes.addAll(
        new DeletedRoutes(new RecoverMessages(ports.deletedMessages(), quota, clock)).routes());
    routes.addAll(new AliasRoutes(new ManageAliases(ports.directory())).routes());
    routes.addAll(
        new MessageRoutes(
                new TraceMessage(
                    ports.traces(), ports.queue(), ports.destinations(), ports.messages()))
            .routes());
    routes.addAll(
        new DestinationRoutes(new ManageDestinations(ports.destinations(), ports.queue(), clock))
            .routes());
    var steer = new SteerEntry(ports.queue(), ports.messages(), bodies, bounces, clock);
    var queueMembers = new QueueMembers(settings.hostname(), clock);
    routes.addAll(
        new QueueRoutes(
                new ManageQueue(ports.queue(), ports.messages(), steer, clock), queueMembers)
            .routes());
    routes.addAll(
        new OperationRoutes(new ManageOperations(ports.operations(), clock, random), queueMembers)
            .routes());
    var relayRecipients =
        new CheckRelayRecipients(
            ports.relayRecipients(), ports.probedRecipients(), ports.probe(), clock);
    var authorize =
        new AuthorizeRecipients.Ports(
            ports.directory(),
            ports.mailboxes(),
            relayRecipients,
            ports.suppressions(),
            ReturnPaths.NONE,
            ports.screen(),
            ports.domainUsage());
    var relay = new ManageRelay.Ports(authorize, ports.smartHostPasswords());
    routes.addAll(
        new RelayRoutes(new ManageRelay(relay, settings.relay(), clock, random)).routes());
    routes.addAll(
        new SuppressionRoutes(
                new ManageSuppressions(ports.directory(), ports.suppressions(), clock))
            .routes());
    routes.addAll(
        new ReportRoutes(domains, new DomainReports(ports.receivedReports()), clock).routes());
    String description = description();
    routes.add(
        new Route(
            "GET",
            "/v1" + OPENAPI,
            Set.of(),
            true,
            (request, path) ->
                new Response(200, Map.of("content-type", Response.JSON_TYPE), description)));
    return routes;
  }

  /** What domains sign with, and should publish. */
  private static List<Route> guidance(
      ApiSettings settings, ApiPorts ports, Clock clock, SecureRandom random) {
    var keys =
        new ManageSigningKeys(
            ports.directory(),
            ports.signingKeys(),
            new MakeSigningPair(ports.keyVault(), random),
            clock);
    var host =
        new OutboundHost(
            settings.hostname(),
            settings.callAhead().helo(),
            settings.outboundAddresses(),
            settings.policyMode());
    var advise =
        new AdviseDomain(
            new AdviseDomain.Ports(
                ports.directory(), keys, ports.publishedRecords(), ports.policyFiles()),
            host,
            settings.relay(),
            clock);
    List<Route> routes = new ArrayList<>(new SigningRoutes(keys, advise).routes());
    routes.addAll(new DnsRoutes(advise).routes());
    routes.addAll(new PolicyRoutes(advise).routes());
    return routes;
  }

  private static String description() {
    try (InputStream file = Routes.class.getResourceAsStream(OPENAPI)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException broken) {
      throw new IllegalStateException(broken); // it is in our own jar
    }
  }
}
