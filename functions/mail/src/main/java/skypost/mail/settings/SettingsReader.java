package skypost.mail.settings;

import java.net.InetAddress;
import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import skypost.mail.directory.HostPort;
import skypost.mail.directory.Network;
import skypost.protocol.address.Domains;

/**
 * Reads settings and collects what is wrong with them, so that all of it is told at once.
 *
 * <pre>{@code
 * var reader = new SettingsReader(System.getenv());
 * var settings = new MySettings(reader.hostname(HOSTNAME), reader.port(PORT));
 * reader.check(); // throws with every error
 * }</pre>
 */
public final class SettingsReader {
  private final Map<String, String> environment;
  private final List<String> errors = new ArrayList<>();

  public SettingsReader(Map<String, String> environment) {
    this.environment = Map.copyOf(environment);
  }

  /** Ends the reading. @throws SettingsException with every error */
  public void check() {
    if (!errors.isEmpty()) {
      throw new SettingsException(errors.stream().distinct().toList()); // several may read the same
    }
  }

  /** Adds an error that only the caller can see, such as a certificate without its key. */
  public void reject(Setting setting, String why) {
    errors.add(setting.key() + ": " + why);
  }

  /**
   * The text, or the fallback when the variable is not set. A variable set to the empty text counts
   * as set.
   */
  public String text(Setting setting) {
    return environment.getOrDefault(setting.key(), setting.fallback());
  }

  /** Like {@link #text}, but an error when there is neither value nor fallback. */
  public String required(Setting setting) {
    String text = text(setting);
    if (text.isEmpty()) {
      errors.add(setting.key() + " is not set: " + setting.meaning());
    }
    return text;
  }

  /** The text where there is one. */
  public Optional<String> optional(Setting setting) {
    return Optional.of(text(setting)).filter(text -> !text.isEmpty());
  }

  /** A TCP port, 0 to 65535; 0 lets the system choose one. */
  public int port(Setting setting) {
    return (int) number(setting, 0, 65_535);
  }

  /** A whole number within bounds, both included. */
  public long number(Setting setting, long least, long most) {
    return parse(
        setting,
        least,
        "a whole number from " + least + " to " + most,
        text -> {
          long number = Long.parseLong(text);
          return number >= least && number <= most ? Optional.of(number) : Optional.empty();
        });
  }

  /** A host name or an address literal, in canonical form. */
  public String hostname(Setting setting) {
    return parse(setting, "localhost", "a host name", Domains::parse);
  }

  /** A host name where there is one, or else another setting's. */
  public String hostname(Setting setting, Setting instead) {
    return text(setting).isBlank() ? hostname(instead) : hostname(setting);
  }

  /** Comma-separated texts that are long enough to be secrets; none when empty. */
  public List<String> secrets(Setting setting, int least) {
    List<String> secrets = new ArrayList<>();
    for (String part : text(setting).split(",")) {
      if (part.strip().length() >= least) {
        secrets.add(part.strip());
      } else if (!part.isBlank()) {
        reject(setting, "has a secret of less than " + least + " characters"); // and is not shown
      }
    }
    return List.copyOf(secrets);
  }

  /** {@code host:port} where there is one. */
  public Optional<HostPort> hostPort(Setting setting, int defaultPort) {
    if (text(setting).isEmpty()) {
      return Optional.empty();
    }
    return Optional.ofNullable(
        parse(setting, null, "host:port", text -> HostPort.parse(text, defaultPort)));
  }

  /** A smart host where there is one. Its text may hold a password, so no error repeats it. */
  public Optional<SmartHostSetting> smartHost(Setting setting) {
    String text = text(setting).strip();
    Optional<SmartHostSetting> smartHost = SmartHostSetting.parse(text);
    if (!text.isEmpty() && smartHost.isEmpty()) {
      errors.add(setting.key() + " is not " + SmartHostSetting.FORM);
    }
    return smartHost;
  }

  /** Comma-separated networks in CIDR notation; none when empty. */
  public List<Network> networks(Setting setting) {
    return list(setting, "networks such as 192.0.2.0/24", Network::parse);
  }

  /** Comma-separated IP addresses; none when empty. */
  public List<InetAddress> addresses(Setting setting) {
    return list(
        setting,
        "IP addresses such as 192.0.2.1",
        text -> {
          try {
            return Optional.of(InetAddress.ofLiteral(text));
          } catch (IllegalArgumentException malformed) {
            return Optional.empty();
          }
        });
  }

  /** Comma-separated ISO-8601 durations such as {@code PT5M}, none negative; none when empty. */
  public List<Duration> durations(Setting setting) {
    return list(
        setting,
        "ISO-8601 durations such as PT5M",
        text -> {
          try {
            return Optional.of(Duration.parse(text)).filter(duration -> !duration.isNegative());
          } catch (DateTimeParseException malformed) {
            return Optional.empty();
          }
        });
  }

  private <T> List<T> list(Setting setting, String form, Function<String, Optional<T>> parser) {
    List<T> items = new ArrayList<>();
    for (String part : text(setting).split(",")) {
      if (!part.isBlank()) {
        parser
            .apply(part.strip())
            .ifPresentOrElse(items::add, () -> complain(setting, part.strip(), form));
      }
    }
    return items;
  }

  private <T> T parse(
      Setting setting, T instead, String form, Function<String, Optional<T>> parser) {
    String text = text(setting).strip();
    Optional<T> value;
    try {
      value = parser.apply(text);
    } catch (IllegalArgumentException malformed) {
      value = Optional.empty();
    }
    if (value.isEmpty()) {
      complain(setting, text, form);
    }
    return value.orElse(instead);
  }

  private void complain(Setting setting, String text, String form) {
    errors.add(setting.key() + " is not " + form + ": \"" + text + "\"");
  }

  /** What is wrong with the settings; a program says it in one line on stderr and exits with 2. */
  public static final class SettingsException extends IllegalArgumentException {
    private static final long serialVersionUID = 1L;

    SettingsException(List<String> errors) {
      super(String.join("; ", errors));
    }
  }
}
