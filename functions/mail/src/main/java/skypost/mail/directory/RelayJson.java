package skypost.mail.directory;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import skypost.mail.json.Fields;

/** Relay settings in JSON, as the API shows them and, almost the same, as they are stored. */
public final class RelayJson {
  private RelayJson() {}

  /** As the API shows them. What is not set is left out. */
  public static Map<String, Object> show(RelaySettings settings) {
    return write(settings, SmartHostJson::show);
  }

  private static Map<String, Object> write(
      RelaySettings settings, Function<SmartHost, Object> writer) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put(
        "trustedNetworks", settings.trustedNetworks().stream().map(Network::toString).toList());
    SmartHosts hosts = settings.smartHosts();
    hosts.standard().ifPresent(host -> fields.put("smartHost", writer.apply(host)));
    if (!hosts.domains().isEmpty()) {
      Map<String, Object> domains = new LinkedHashMap<>();
      hosts.domains().forEach((domain, host) -> domains.put(domain, writer.apply(host)));
      Map<String, Object> smartHosts = new LinkedHashMap<>();
      hosts.standard().ifPresent(host -> smartHosts.put("default", writer.apply(host)));
      smartHosts.put("domains", domains);
      fields.put("smartHosts", smartHosts);
    }
    if (!settings.rules().isEmpty()) {
      fields.put("rules", settings.rules().stream().map(RelayJson::write).toList());
    }
    if (!settings.retries().isEmpty()) {
      fields.put("retries", settings.retries().stream().map(RelayJson::write).toList());
    }
    if (!settings.suppressions().isEmpty()) {
      Map<String, Object> suppressions = new LinkedHashMap<>();
      settings.suppressions().forEach((domain, keep) -> suppressions.put(domain, write(keep)));
      fields.put("suppressions", suppressions);
    }
    return fields;
  }

  private static Map<String, Object> write(RetryRule rule) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("to", rule.to().toString());
    if (!rule.waits().isEmpty()) {
      fields.put("retrySchedule", rule.waits().stream().map(Duration::toString).toList());
    }
    rule.maxAge().ifPresent(age -> fields.put("maxAge", age.toString()));
    return fields;
  }

  /** In days where it is whole days: nobody has written PT2160H. */
  private static String write(Duration duration) {
    Duration days = Duration.ofDays(duration.toDays());
    return days.equals(duration) ? "P" + days.toDays() + "D" : duration.toString();
  }

  private static Map<String, Object> write(RelayRule rule) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("name", rule.name());
    rule.user().ifPresent(user -> fields.put("user", user.toString()));
    rule.domain().ifPresent(domain -> fields.put("domain", domain.toString()));
    rule.as().ifPresent(as -> fields.put("as", as.toString()));
    rule.to().ifPresent(to -> fields.put("to", to.toString()));
    fields.put("action", rule.action().name().toLowerCase(Locale.ROOT));
    return fields;
  }

  /** As they are stored, on one line. */
  public static String string(RelaySettings settings) {
    try {
      return Fields.string(write(settings, SmartHostJson::store));
    } catch (IOException impossible) {
      throw new IllegalStateException(impossible); // maps, lists and texts only
    }
  }

  /** Reads what {@link #string} wrote. */
  public static RelaySettings read(String json) throws IOException {
    Fields fields = Fields.read(json);
    List<RelayRule> rules = new ArrayList<>();
    for (Fields rule : fields.has("rules") ? fields.objects("rules") : List.<Fields>of()) {
      rules.add(rule(rule));
    }
    Map<String, Duration> suppressions = new LinkedHashMap<>();
    fields
        .textMap("suppressions")
        .forEach((domain, keep) -> suppressions.put(domain, Duration.parse(keep)));
    return new RelaySettings(
        fields.texts("trustedNetworks").stream().map(Network::of).toList(),
        smartHosts(fields),
        rules,
        retries(fields),
        suppressions);
  }

  private static SmartHosts smartHosts(Fields fields) throws IOException {
    Map<String, SmartHost> domains = new LinkedHashMap<>();
    if (fields.has("smartHosts")) {
      Fields hosts = fields.object("smartHosts").object("domains");
      for (String domain : hosts.keys()) {
        domains.put(domain, SmartHostJson.read(hosts, domain));
      }
    }
    return new SmartHosts(
        fields.has("smartHost")
            ? Optional.of(SmartHostJson.read(fields, "smartHost"))
            : Optional.empty(),
        domains);
  }

  private static List<RetryRule> retries(Fields fields) throws IOException {
    List<RetryRule> retries = new ArrayList<>();
    for (Fields rule : fields.has("retries") ? fields.objects("retries") : List.<Fields>of()) {
      List<String> waits =
          rule.has("retrySchedule") ? rule.texts("retrySchedule") : List.<String>of();
      retries.add(
          new RetryRule(
              AddressPattern.of(rule.text("to")),
              waits.stream().map(Duration::parse).toList(),
              rule.optionalText("maxAge").map(Duration::parse)));
    }
    return retries;
  }

  private static RelayRule rule(Fields fields) throws IOException {
    return new RelayRule(
        fields.text("name"),
        fields.optionalAddress("user"),
        fields.optionalText("domain").map(AddressPattern::of),
        fields.optionalText("as").map(AddressPattern::of),
        fields.optionalText("to").map(AddressPattern::of),
        RelayRule.Action.valueOf(fields.text("action").toUpperCase(Locale.ROOT)));
  }

  /** A short text that is the same for the same settings, and another for others. */
  public static String version(RelaySettings settings) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-256")
              .digest(string(settings).getBytes(StandardCharsets.UTF_8));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest).substring(0, 22);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException(impossible); // every JDK has SHA-256
    }
  }
}
