package skypost.local;

import java.time.Duration;

/**
 * Ends this process when the one that started it ends. Maven does not wait for its child when it is
 * told to stop, and cannot tell it anything when it is killed; then nobody would be left who knows
 * of this process.
 */
final class ParentWatch {
  private static final Duration PERIOD = Duration.ofMillis(250);
  private static final Duration SIGNAL_UNDER_WAY = Duration.ofSeconds(1);

  private ParentWatch() {}

  /** Watches when {@code -Dskypost.parent.watch=true} says so. */
  static void startIfAsked() {
    if (Boolean.getBoolean("skypost.parent.watch")) {
      ProcessHandle.current()
          .parent()
          .ifPresent(
              parent -> Thread.ofVirtual().name("parent-watch").start(() -> watch(parent.pid())));
    }
  }

  private static void watch(long parent) {
    try {
      while (ProcessHandle.current()
          .parent()
          .map(ProcessHandle::pid)
          .filter(pid -> pid == parent)
          .isPresent()) {
        Thread.sleep(PERIOD);
      }
      Thread.sleep(SIGNAL_UNDER_WAY);
    } catch (InterruptedException never) {
      Thread.currentThread().interrupt();
    }
    System.exit(0); // runs the clean stop; does nothing when that runs already
  }
}
