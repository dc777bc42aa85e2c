package skypost.mail.settings;

import java.io.IOException;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A server's process: {@code --help}, settings from the environment, SIGTERM drains. Exits with 2
 * and one line when the settings are wrong, with 1 when it cannot start.
 *
 * @param name in front of what it says
 * @param meaning what it is, for {@code --help}
 * @param settings all that it reads
 */
public record Program(String name, String meaning, List<Setting> settings) {
  private static final int WRONG_SETTINGS = 2;
  private static final int CANNOT_START = 1;

  /** Starts the server. */
  @FunctionalInterface
  public interface Start {
    /**
     * @return what SIGTERM runs
     */
    Runnable start(SettingsReader settings) throws IOException;
  }

  /** Runs until SIGTERM. */
  public void run(String[] arguments, Start start) throws InterruptedException {
    if (List.of(arguments).contains("--help")) {
      System.out.println(meaning + " Settings are environment variables:");
      print(settings);
      return;
    }
    try {
      Runnable drain = start.start(new SettingsReader(System.getenv()));
      Runtime.getRuntime().addShutdownHook(new Thread(drain));
      new CountDownLatch(1).await();
    } catch (IllegalArgumentException wrong) {
      exit(wrong, WRONG_SETTINGS);
    } catch (IOException fault) {
      exit(fault, CANNOT_START);
    }
  }

  private void exit(Exception why, int status) {
    System.err.println(name + ": " + why.getMessage());
    System.exit(status);
  }

  /** Prints settings, one a line, as {@code --help} shows them. */
  public static void print(List<Setting> settings) {
    for (Setting setting : settings) {
      String fallback = setting.fallback().isEmpty() ? "" : " (" + setting.fallback() + ")";
      System.out.printf("  %-28s %s%s%n", setting.key(), setting.meaning(), fallback);
    }
  }
}
