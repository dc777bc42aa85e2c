package skypost.local.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * CPU time and memory of a process and of all that it started, from Linux's {@code /proc}
 * (proc(5)). Time of children that have ended is counted with the parent that waited for them.
 */
final class ProcessTree {
  private static final long TICKS_A_SECOND = 100; // USER_HZ, the same on every Linux of today
  private static final int PARENT = 1; // fields of /proc/pid/stat behind the name
  private static final int FIRST_TIME = 11; // utime, stime, cutime, cstime
  private static final int TIMES = 4;
  private static final Duration LOOK = Duration.ofMillis(250);
  private static final int LOOKS = 480;

  private final long root;

  ProcessTree(long root) {
    this.root = root;
  }

  long root() {
    return root;
  }

  /** User and system time so far. */
  Duration cpu() throws IOException {
    long ticks = 0;
    for (String[] stat : members().values()) {
      for (int i = FIRST_TIME; i < FIRST_TIME + TIMES; i++) {
        ticks += Long.parseLong(stat[i]);
      }
    }
    return Duration.ofMillis(ticks * 1000 / TICKS_A_SECOND);
  }

  /**
   * User and system time of its living threads, without those of the JVM's compilers, which stop
   * when all is compiled.
   */
  Duration withoutCompilers() throws IOException {
    long ticks = 0;
    for (long pid : members().keySet()) {
      try (var threads = Files.newDirectoryStream(Path.of("/proc/" + pid + "/task"))) {
        for (Path thread : threads) {
          ticks += ticksUnlessCompiler(thread);
        }
      } catch (IOException ended) {
        continue;
      }
    }
    return Duration.ofMillis(ticks * 1000 / TICKS_A_SECOND);
  }

  private static long ticksUnlessCompiler(Path thread) throws IOException {
    try {
      String stat = Files.readString(thread.resolve("stat"));
      int nameEnd = stat.lastIndexOf(')');
      if (stat.substring(0, nameEnd).contains("CompilerThre")) {
        return 0;
      }
      String[] fields = stat.substring(nameEnd + 2).split(" ");
      return Long.parseLong(fields[FIRST_TIME]) + Long.parseLong(fields[FIRST_TIME + 1]);
    } catch (java.nio.file.NoSuchFileException ended) {
      return 0;
    }
  }

  /**
   * Waits until it has done what it had to do: it must not run into another's turn.
   *
   * @return user and system time until then
   */
  Duration rest() throws IOException, InterruptedException {
    Duration last = cpu();
    int quiet = 0;
    for (int look = 0; look < LOOKS && quiet < 2; look++) {
      Thread.sleep(LOOK);
      Duration now = cpu();
      quiet = now.minus(last).compareTo(LOOK.dividedBy(10)) <= 0 ? quiet + 1 : 0;
      last = now;
    }
    return last;
  }

  /** Memory in KiB; what processes share is counted once. */
  long memory() throws IOException {
    long sum = 0;
    for (long pid : members().keySet()) {
      sum += field(Path.of("/proc/" + pid + "/smaps_rollup"), "Pss:");
    }
    return sum;
  }

  /** The most that the root has ever held, in KiB. */
  long peak() throws IOException {
    return field(Path.of("/proc/" + root + "/status"), "VmHWM:");
  }

  private static long field(Path file, String name) throws IOException {
    try {
      for (String line : Files.readAllLines(file)) {
        if (line.startsWith(name)) {
          return Long.parseLong(line.replaceAll("\\D", ""));
        }
      }
    } catch (java.nio.file.NoSuchFileException ended) {
      return 0;
    }
    return 0;
  }

  /** The fields behind the name of every member, by process id. */
  private Map<Long, String[]> members() throws IOException {
    Map<Long, String[]> all = new HashMap<>();
    try (var folders = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      for (Path folder : folders) {
        try {
          String stat = Files.readString(folder.resolve("stat"));
          String fields = stat.substring(stat.lastIndexOf(')') + 2);
          all.put(Long.valueOf(folder.getFileName().toString()), fields.split(" "));
        } catch (IOException ended) {
          continue; // between the listing and the reading
        }
      }
    }
    Map<Long, String[]> members = new HashMap<>();
    List<Long> next = new ArrayList<>(List.of(root));
    while (!next.isEmpty()) {
      long pid = next.removeLast();
      if (all.containsKey(pid) && members.putIfAbsent(pid, all.get(pid)) == null) {
        all.forEach((child, stat) -> {
          if (Long.parseLong(stat[PARENT]) == pid) {
            next.add(child);
          }
        });
      }
    }
    return members;
  }
}
