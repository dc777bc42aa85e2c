package skypost.mail.auth.spf;

import java.util.List;
import java.util.Optional;
import skypost.mail.auth.DomainNames;
import skypost.mail.auth.spf.SpfParser.Parsed;
import skypost.mail.auth.spf.SpfRecord.Directive;
import skypost.mail.auth.spf.SpfRecord.Mechanism;
import skypost.mail.dns.Lookups;
import skypost.mail.dns.Lookups.Found;

/** The function check_host() of RFC 7208 section 4, for one session. Not thread safe. */
public final class SpfCheck {
  private final Lookups dns;
  private final MacroExpander macros;
  private final Matcher matcher;
  private final SpfSession session;
  private final SpfLimits limits = new SpfLimits();

  private SpfCheck(SpfSession session, Lookups dns) {
    this.session = session;
    this.dns = dns;
    ClientNames names = new ClientNames(session.client(), dns);
    this.macros = new MacroExpander(session, names::bestFor);
    this.matcher = new Matcher(session.client(), names, dns, limits);
  }

  /** Checks the sender, or where it is null, the HELO name. */
  public static SpfVerdict check(SpfSession session, Lookups dns) {
    String given = session.senderDomain();
    Optional<String> domain = domain(given);
    SpfResult result;
    if (domain.isEmpty()) {
      result = new SpfResult.None("not a domain name");
    } else if (dns.isOver()) {
      // No temperror: the domain is not at fault, and whoever used the time up must not gain by it
      result = new SpfResult.None("not looked at: the time for DNS is over");
    } else {
      result = new SpfCheck(session, dns).check(domain.get());
    }
    return new SpfVerdict(result, domain.orElse(given), session.isNullSender());
  }

  /** The domain that {@link #check} would ask for, canonical; empty where there is none. */
  public static Optional<String> domain(SpfSession session) {
    return domain(session.senderDomain());
  }

  /** Whether a TXT record is one of SPF (RFC 7208 section 4.5), right or wrong. */
  public static boolean isRecord(String text) {
    return SpfParser.isRecord(text);
  }

  /** RFC 7208 section 4.3: a name of at least two labels; an address literal is none. */
  private static Optional<String> domain(String given) {
    return DomainNames.canonical(given)
        .filter(name -> name.indexOf('.') > 0 && !name.startsWith("["));
  }

  private SpfResult check(String domain) {
    SpfResult result;
    try {
      Decision decision = evaluate(domain);
      result =
          decision.result() instanceof SpfResult.Fail
              ? new SpfResult.Fail(explanation(decision))
              : decision.result();
    } catch (SpfFault fault) {
      result = fault.result();
    }
    return result;
  }

  /** A result, and the record whose explanation goes with it. */
  private record Decision(SpfResult result, String domain, Optional<MacroString> explanation) {
    static Decision of(SpfResult result) {
      return new Decision(result, "", Optional.empty());
    }
  }

  private Decision evaluate(String domain) throws SpfFault {
    Optional<String> found = record(domain);
    if (found.isEmpty()) {
      return Decision.of(new SpfResult.None("no SPF record at " + domain));
    }
    return switch (SpfParser.parse(found.get())) {
      case Parsed.Bad(String reason) -> throw SpfFault.permanent(domain + ": " + reason);
      case Parsed.Ok(SpfRecord record) -> evaluate(domain, record);
    };
  }

  /** RFC 7208 sections 4.4 and 4.5. */
  private Optional<String> record(String domain) throws SpfFault {
    List<String> records =
        switch (dns.texts(domain)) {
          case Found.Unknown<String>(String why) -> throw SpfFault.temporary(domain + ": " + why);
          case Found.NoSuchName<String>() -> List.of();
          case Found.Records<String>(List<String> texts) ->
              texts.stream().filter(SpfParser::isRecord).toList();
        };
    if (records.size() > 1) {
      throw SpfFault.permanent(domain + " has " + records.size() + " SPF records");
    }
    return records.stream().findFirst();
  }

  private Decision evaluate(String domain, SpfRecord record) throws SpfFault {
    for (Directive directive : record.directives()) {
      if (matches(directive.mechanism(), domain)) {
        SpfResult result =
            switch (directive.qualifier()) {
              case PASS -> new SpfResult.Pass();
              case FAIL -> new SpfResult.Fail("");
              case SOFTFAIL -> new SpfResult.SoftFail();
              case NEUTRAL -> new SpfResult.Neutral();
            };
        return new Decision(result, domain, record.explanation());
      }
    }
    return record.redirect().isPresent()
        ? redirected(macros.name(record.redirect().get(), domain))
        : Decision.of(new SpfResult.Neutral()); // RFC 7208 section 4.7
  }

  /** RFC 7208 section 6.1: its explanation goes with it, and having no record is an error. */
  private Decision redirected(String target) throws SpfFault {
    limits.term();
    Decision decision = evaluate(existing(target));
    if (decision.result() instanceof SpfResult.None) {
      throw SpfFault.permanent("redirected to " + target + " which has no SPF record");
    }
    return decision;
  }

  private boolean matches(Mechanism mechanism, String domain) throws SpfFault {
    return switch (mechanism) {
      case Mechanism.All() -> true;
      case Mechanism.Include(MacroString target) -> included(macros.name(target, domain));
      case Mechanism.A(var target, var prefixes) -> matcher.a(target(target, domain), prefixes);
      case Mechanism.Mx(var target, var prefixes) -> matcher.mx(target(target, domain), prefixes);
      case Mechanism.Ptr(var target) -> matcher.ptr(target(target, domain));
      case Mechanism.Ip(byte[] network, int prefix) -> matcher.ip(network, prefix);
      case Mechanism.Exists(MacroString target) -> matcher.exists(macros.name(target, domain));
    };
  }

  private String target(Optional<MacroString> spec, String domain) {
    return spec.map(given -> macros.name(given, domain)).orElse(domain);
  }

  /** RFC 7208 section 5.2, the table. */
  private boolean included(String target) throws SpfFault {
    limits.term();
    return switch (evaluate(existing(target)).result()) {
      case SpfResult.Pass() -> true;
      case SpfResult.Fail ignored -> false;
      case SpfResult.SoftFail() -> false;
      case SpfResult.Neutral() -> false;
      case SpfResult.None ignored ->
          throw SpfFault.permanent("includes " + target + " which has no SPF record");
      case SpfResult.TempError(String reason) -> throw SpfFault.temporary(reason);
      case SpfResult.PermError(String reason) -> throw SpfFault.permanent(reason);
    };
  }

  private static String existing(String target) throws SpfFault {
    return domain(target).orElseThrow(() -> SpfFault.permanent("refers to what is no domain name"));
  }

  /**
   * RFC 7208 section 6.2: any fault of the explanation is as if there were none. It is looked up
   * after the result, so it counts against no limit.
   */
  private String explanation(Decision decision) {
    if (decision.explanation().isEmpty()) {
      return "";
    }
    String name = macros.name(decision.explanation().get(), decision.domain());
    return switch (dns.texts(name)) {
      case Found.Records<String>(List<String> texts) when texts.size() == 1 ->
          MacroParser.explanation(texts.getFirst())
              .map(text -> macros.text(text, decision.domain()))
              .orElse("");
      case Found.Records<String> ignored -> "";
      case Found.NoSuchName<String>() -> "";
      case Found.Unknown<String> ignored -> "";
    };
  }
}
