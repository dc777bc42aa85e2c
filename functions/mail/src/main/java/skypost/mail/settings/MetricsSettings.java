package skypost.mail.settings;

import java.time.Clock;
import skypost.protocol.log.Metrics;

/** Whether a server writes metrics. */
public final class MetricsSettings {
  public static final Setting METRICS =
      new Setting(
          "SKYPOST_METRICS", "on: metrics for CloudWatch, as lines of JSON on stdout", "off");

  private static final String NAMESPACE = "Skypost";

  private MetricsSettings() {}

  /** Reads {@link #METRICS}; what is wrong with it is among the reader's errors. */
  public static Metrics read(SettingsReader reader, Clock clock) {
    return switch (reader.text(METRICS)) {
      case "on" -> Metrics.to(NAMESPACE, System.out::println, clock);
      case "off", "" -> Metrics.off();
      default -> {
        reader.reject(METRICS, "is neither on nor off");
        yield Metrics.off();
      }
    };
  }
}
