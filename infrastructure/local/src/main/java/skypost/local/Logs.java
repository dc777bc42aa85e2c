package skypost.local;

import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogManager;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import skypost.protocol.log.EventLog;

/** Brings what libraries log into our own form, and only when somebody should see it. */
final class Logs {
  private static final Logger ROOT = Logger.getLogger("");

  private Logs() {}

  static void install() {
    LogManager.getLogManager().reset();
    ROOT.setLevel(Level.WARNING);
    ROOT.addHandler(new ToEventLog());
  }

  private static final class ToEventLog extends Handler {
    @Override
    public void publish(LogRecord entry) {
      EventLog line =
          entry.getLevel().intValue() >= Level.SEVERE.intValue()
              ? EventLog.error("library")
              : EventLog.warn("library");
      line.with("logger", entry.getLoggerName())
          .with("text", new SimpleFormatter().formatMessage(entry));
      if (entry.getThrown() != null) {
        line.cause(entry.getThrown());
      }
      line.write();
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
  }
}
