package skypost.protocol.log;

import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;

/**
 * Counts in memory and writes what has come together as CloudWatch embedded metrics: one line of
 * JSON for each set of dimensions, a minute after the first of it, and nothing when nothing has
 * happened. CloudWatch Logs makes metrics of such lines without a call of ours.
 */
public final class Metrics {
  /** What the specification allows in one array of values. */
  private static final int MAX_VALUES = 100;

  /** Definitions in one directive. */
  private static final int MAX_METRICS = 100;

  private static final int MAX_SETS = 200; // each is billed; names come from code, never from peers
  private static final Duration PERIOD = Duration.ofMinutes(1);

  /** What a value is of, as CloudWatch calls it. */
  public enum Unit {
    COUNT("Count"),
    BYTES("Bytes"),
    MILLISECONDS("Milliseconds");

    private final String name;

    Unit(String name) {
      this.name = name;
    }
  }

  /** Sums, except for times: of those up to 100, chosen by chance when there are more. */
  private static final class Series {
    private final Unit unit;
    private final List<Double> values = new ArrayList<>(1);
    private long seen;

    Series(Unit unit) {
      this.unit = unit;
    }

    void add(double value) {
      seen++;
      if (values.isEmpty() || unit == Unit.MILLISECONDS && values.size() < MAX_VALUES) {
        values.add(value);
      } else if (unit != Unit.MILLISECONDS) {
        values.set(0, values.getFirst() + value);
      } else {
        long place = ThreadLocalRandom.current().nextLong(seen);
        if (place < MAX_VALUES) {
          values.set((int) place, value);
        }
      }
    }
  }

  private final String namespace;
  private final Consumer<String> out;
  private final Clock clock;
  private final boolean on;
  private Map<Map<String, String>, Map<String, Series>> sets = new LinkedHashMap<>();

  private Metrics(String namespace, Consumer<String> out, Clock clock, boolean on) {
    this.namespace = namespace;
    this.out = out;
    this.clock = clock;
    this.on = on;
  }

  /** Counts nothing. */
  public static Metrics off() {
    return new Metrics("", line -> {}, Clock.systemUTC(), false);
  }

  /**
   * Counts.
   *
   * @param out takes a line without its end
   */
  public static Metrics to(String namespace, Consumer<String> out, Clock clock) {
    return new Metrics(namespace, out, clock, true);
  }

  /**
   * Adds a value.
   *
   * @param dimensions names with their values; each combination is a metric of its own and costs as
   *     such
   */
  public synchronized void add(
      Map<String, String> dimensions, String name, Unit unit, double value) {
    Map<String, Series> known = sets.get(dimensions);
    boolean full =
        known == null
            ? sets.size() == MAX_SETS
            : known.size() == MAX_METRICS && !known.containsKey(name);
    if (!on || full || !Double.isFinite(value)) { // JSON has no number for infinity
      return;
    }
    if (sets.isEmpty()) {
      Thread.ofVirtual().name("metrics").start(this::writeLater);
    }
    sets.computeIfAbsent(Map.copyOf(dimensions), set -> new TreeMap<>())
        .computeIfAbsent(name, series -> new Series(unit))
        .add(value);
  }

  private void writeLater() {
    try {
      Thread.sleep(PERIOD);
      write();
    } catch (InterruptedException stop) {
      Thread.currentThread().interrupt();
    }
  }

  /** Writes what has come together, before a program ends. */
  public void write() {
    Map<Map<String, String>, Map<String, Series>> complete;
    synchronized (this) {
      complete = sets;
      sets = new LinkedHashMap<>();
    }
    complete.forEach((dimensions, series) -> out.accept(line(dimensions, series)));
  }

  /** See "Specification: Embedded metric format" in the CloudWatch user guide. */
  private String line(Map<String, String> dimensions, Map<String, Series> metrics) {
    List<String> keys = dimensions.keySet().stream().sorted().toList();
    List<String> definitions = new ArrayList<>();
    StringBuilder members = new StringBuilder();
    keys.forEach(
        key -> members.append(',').append(text(key)).append(':').append(text(dimensions.get(key))));
    metrics.forEach((name, series) -> {
      definitions.add("{\"Name\":" + text(name) + ",\"Unit\":" + text(series.unit.name) + "}");
      members.append(',').append(text(name)).append(':');
      members.append(series.values.size() == 1 ? series.values.getFirst() : series.values);
    });
    return "{\"_aws\":{\"Timestamp\":"
        + clock.millis()
        + ",\"CloudWatchMetrics\":[{\"Namespace\":"
        + text(namespace)
        + ",\"Dimensions\":[["
        + String.join(",", keys.stream().map(Metrics::text).toList())
        + "]],\"Metrics\":["
        + String.join(",", definitions)
        + "]}]}"
        + members
        + "}";
  }

  /** Names are of our own making: what JSON would escape is left out. */
  private static String text(String value) {
    return '"' + value.replaceAll("[^ !#-\\[\\]-~]", "") + '"';
  }
}
