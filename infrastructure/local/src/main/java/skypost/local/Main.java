package skypost.local;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import skypost.mail.settings.Program;
import skypost.mail.settings.SettingsReader;
import skypost.protocol.log.EventLog;
import skypost.smtp.Door;

/**
 * Runs the local system until it is told to stop. Exits with 2 and one line when it cannot start,
 * with 1 when it breaks.
 */
public final class Main {
  private static final Duration STOP_TIMEOUT = Duration.ofSeconds(15);

  private Main() {}

  /** {@code --help} lists the settings and the tools. */
  public static void main(String[] arguments) throws InterruptedException {
    Logs.install();
    ParentWatch.startIfAsked();
    List<String> given = List.of(arguments);
    if (given.contains("--help")) {
      help();
    } else if (!given.isEmpty() && given.getFirst().equals(CheckFilterCommand.NAME)) {
      tool(out -> new CheckFilterCommand(System.in, out).run(given.subList(1, given.size())));
    } else if (!given.isEmpty() && given.getFirst().equals(CheckMessageCommand.NAME)) {
      tool(out -> new CheckMessageCommand(System.in, out).run(given.subList(1, given.size())));
    } else if (!given.isEmpty()) {
      refuse("no such argument: " + String.join(" ", given) + " (--help tells what there is)");
    } else {
      run(System.getenv());
    }
  }

  /** Something that is run once and ends; gives the exit code. */
  private interface Tool {
    int run(PrintStream out) throws IOException;
  }

  /**
   * On the bare file descriptors: a tool's output is UTF-8 whatever the terminal is thought to be.
   */
  private static void tool(Tool tool) {
    var out =
        new PrintStream(new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);
    try {
      int code = tool.run(out);
      out.flush();
      System.exit(code);
    } catch (IOException cannot) {
      refuse("cannot read: " + cannot.getMessage());
    }
  }

  private static void run(Map<String, String> given) throws InterruptedException {
    var stop = new CountDownLatch(1);
    var stopped = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(new Thread(() -> stopCleanly(stop, stopped)));
    try (LocalSystem system = start(given)) {
      System.gc(); // what only the start needed goes back to the machine
      say(system.ready());
      system.failed().thenAccept(reason -> breakDown(reason, stop));
      stop.await();
      EventLog.info("stopping").write();
    } catch (RuntimeException | IOException cannot) { // an endpoint's fault is a RuntimeException
      stopped.countDown();
      refuse(reason(cannot));
    }
    stopped.countDown();
  }

  /** SIGTERM and SIGINT run this, and so does every {@link System#exit}. */
  private static void stopCleanly(CountDownLatch stop, CountDownLatch stopped) {
    boolean toldToStop = stopped.getCount() > 0 && stop.getCount() > 0;
    stop.countDown();
    try {
      stopped.await(STOP_TIMEOUT.toSeconds(), TimeUnit.SECONDS);
    } catch (InterruptedException impatient) {
      Thread.currentThread().interrupt();
    }
    if (toldToStop) {
      Runtime.getRuntime()
          .halt(0); // what was asked for has been done: no failure, though a signal began it
    }
  }

  private static void breakDown(String reason, CountDownLatch stop) {
    if (stop.getCount() > 0) {
      System.err.println("skypost: " + reason);
      stop.countDown();
      System.exit(1);
    }
  }

  private static LocalSystem start(Map<String, String> given) throws IOException {
    Instant now = Instant.now();
    Map<String, String> environment = OwnCertificate.addTo(given, now);
    var reader = new SettingsReader(environment);
    LocalSettings settings = LocalSettings.read(reader, now);
    reader.check();
    say("skypost: starting, data in " + settings.data());
    DataFolder folder = DataFolder.open(settings.data());
    try {
      checkPorts(settings);
      OwnCertificate.keep(given, environment, folder);
    } catch (IOException cannot) {
      folder.close();
      throw cannot;
    }
    return LocalSystem.start(settings, folder, environment, line -> say("skypost: " + line));
  }

  /** Says all ports that are taken at once, before anything is started. */
  private static void checkPorts(LocalSettings settings) throws IOException {
    Map<String, Integer> ports = new TreeMap<>();
    for (Door door : Door.values()) {
      ports.put("SKYPOST_PORT_" + door, settings.smtp().ports().get(door));
    }
    ports.put("SKYPOST_PORT_POP3", settings.pop3().pop3Port());
    ports.put("SKYPOST_PORT_POP3S", settings.pop3().pop3sPort());
    ports.put("SKYPOST_PORT_API", settings.apiPort());
    List<String> taken = new ArrayList<>();
    ports.forEach((name, port) -> {
      if (!FreePort.isFree(port)) {
        taken.add(port + " (" + name + ")");
      }
    });
    if (!taken.isEmpty()) {
      throw new CannotStart("in use by another program: port " + String.join(", port ", taken));
    }
  }

  private static String reason(Exception cannot) {
    boolean told =
        cannot instanceof CannotStart || cannot instanceof SettingsReader.SettingsException;
    return told
        ? cannot.getMessage()
        : "cannot start: " + (cannot.getCause() == null ? cannot : cannot.getCause());
  }

  private static void refuse(String reason) {
    System.err.println("skypost: " + reason.replace('\n', ' '));
    System.exit(2);
  }

  private static void say(String line) {
    System.out.println(line);
    System.out.flush();
  }

  private static void help() {
    System.out.println(
        "Skypost on this machine: SMTP, POP3 and the HTTP API on 127.0.0.1, until SIGTERM or Ctrl-C.");
    System.out.println("Settings are environment variables:");
    Program.print(LocalSettings.all());
    System.out.println("Tools, which start no server:");
    System.out.println("  " + CheckFilterCommand.USAGE);
    System.out.println("  " + CheckMessageCommand.USAGE);
  }
}
