package skypost.mail.transfer;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** 20,000 messages, 400 MB, out and in again in a JVM of 64 MB. */
class LargeMailboxTest {
  @TempDir private Path folder;

  @Test
  void memoryIsBoundedWhateverTheMailboxHolds() throws Exception {
    Process process =
        new ProcessBuilder(
                List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:+UseSerialGC",
                    "-Xmx64m",
                    "-cp",
                    System.getProperty("java.class.path"),
                    LargeMailbox.class.getName(),
                    folder.toString()))
            .redirectErrorStream(true)
            .start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

    assertThat(process.waitFor()).as(said).isZero();
    assertThat(said).contains("exported 20000 DONE").contains("imported 20000 DONE");
    System.out.println("large mailbox: " + said.lines().filter(l -> l.contains("ported")).toList());
  }
}
