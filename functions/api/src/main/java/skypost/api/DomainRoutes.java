package skypost.api;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import skypost.mail.admin.ManageDomains;
import skypost.mail.admin.Outcome;
import skypost.mail.directory.Domain;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.MailboxRules;
import skypost.mail.directory.SenderExemption;
import skypost.mail.directory.SenderPolicy;

/** {@code /v1/domains}. */
final class DomainRoutes {
  private static final int SMTP_PORT = 25;
  private static final long MAX_QUOTA = 1L << 50;
  private static final Set<String> MEMBERS =
      Set.of(
          "domain",
          "kind",
          "primary",
          "dmarcReject",
          "spoofed",
          "exemptions",
          "recipients",
          "quotaBytes",
          TimesMembers.NAME);
  private static final Set<String> EXEMPTION_MEMBERS =
      Arrays.stream(SenderExemption.Kind.values())
          .map(Members::spelled)
          .collect(Collectors.toCollection(TreeSet::new));
  private static final Set<String> RECIPIENTS = Set.of("check");

  private final ManageDomains domains;

  DomainRoutes(ManageDomains domains) {
    this.domains = domains;
  }

  List<Route> routes() {
    String one = "/v1/domains/{domain}";
    return List.of(
        Route.of("GET", "/v1/domains", this::list, Paging.LIMIT, Paging.NEXT),
        Route.of(
            "GET",
            one,
            (request, path) ->
                Answers.of(request, domains.find(Answers.domain(path)), DomainRoutes::render)),
        Route.of(
            "PUT",
            one,
            (request, path) -> put(request, Answers.domain(path), Members.of(request, MEMBERS))),
        Route.of("PATCH", one, this::patch),
        Route.of(
            "DELETE", one, (request, path) -> Answers.gone(domains.delete(Answers.domain(path)))));
  }

  private Response list(Request request, Route.PathValues path) throws IOException, Refusal {
    return Paging.of(request).answer(domains::list, DomainRoutes::render);
  }

  private Response patch(Request request, Route.PathValues path) throws IOException, Refusal {
    String name = Answers.domain(path);
    Outcome<Domain> outcome =
        Answers.changed(() -> {
          Domain seen = Answers.found(domains.look(name));
          Members members = Members.patched(request, render(seen), MEMBERS);
          return domains.replace(seen, read(name, members));
        });
    return Answers.of(request, outcome, DomainRoutes::render);
  }

  private Response put(Request request, String name, Members members) throws IOException, Refusal {
    return Answers.of(request, domains.put(read(name, members)), DomainRoutes::render);
  }

  private static Domain read(String name, Members members) throws Refusal {
    members.same("domain", name);
    Domain domain =
        new Domain(
            name,
            members.choice("kind", Domain.Kind.class, Domain.Kind.LOCAL),
            members.parsed("primary", "host:port", text -> HostPort.parse(text, SMTP_PORT)),
            senderPolicy(members),
            members
                .object("recipients", RECIPIENTS)
                .choice("check", Domain.RecipientCheck.class, Domain.RecipientCheck.NONE),
            new MailboxRules(
                members.number("quotaBytes", 0, MAX_QUOTA, 0), TimesMembers.read(members)));
    members.check();
    return domain;
  }

  private static SenderPolicy senderPolicy(Members members) {
    List<SenderExemption> exemptions = new ArrayList<>();
    List<Members> given =
        members.objects("exemptions", SenderPolicy.MAX_EXEMPTIONS, EXEMPTION_MEMBERS);
    for (int i = 0; i < given.size(); i++) {
      Optional<SenderExemption> exemption = exemption(given.get(i));
      if (exemption.isEmpty()) {
        members.errorUnlessRefused(
            "exemptions[" + i + "]", "not exactly one of " + String.join(", ", EXEMPTION_MEMBERS));
      }
      exemption.ifPresent(exemptions::add);
    }
    SenderPolicy usual = SenderPolicy.DEFAULT;
    return new SenderPolicy(
        members.choice("dmarcReject", SenderPolicy.DmarcReject.class, usual.dmarcReject()),
        members.choice("spoofed", SenderPolicy.Spoofed.class, usual.spoofed()),
        exemptions);
  }

  /** Exactly one member says what it is by; else empty. */
  private static Optional<SenderExemption> exemption(Members members) {
    if (members.names().stream().filter(members::has).count() != 1) {
      return Optional.empty();
    }
    return Arrays.stream(SenderExemption.Kind.values())
        .flatMap(kind -> members.parsed(Members.spelled(kind), kind.form(), kind::parse).stream())
        .findFirst();
  }

  private static Map<String, Object> render(Domain domain) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("domain", domain.name());
    fields.put("kind", Members.spelled(domain.kind()));
    domain.primary().ifPresent(primary -> fields.put("primary", primary.toString()));
    SenderPolicy senders = domain.senderPolicy();
    fields.put("dmarcReject", Members.spelled(senders.dmarcReject()));
    fields.put("spoofed", Members.spelled(senders.spoofed()));
    if (!senders.exemptions().isEmpty()) {
      fields.put(
          "exemptions",
          senders.exemptions().stream()
              .map(exemption -> Map.of(Members.spelled(exemption.kind()), exemption.text()))
              .toList());
    }
    if (domain.kind() == Domain.Kind.RELAY) {
      fields.put("recipients", Map.of("check", Members.spelled(domain.recipientCheck())));
    }
    if (domain.mailboxes().quotaBytes() > 0) {
      fields.put("quotaBytes", domain.mailboxes().quotaBytes());
    }
    TimesMembers.render(domain.mailboxes().times(), fields);
    return fields;
  }
}
