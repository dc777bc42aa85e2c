package skypost.mail.send;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.params.provider.Arguments;
import skypost.protocol.smtp.client.FakeMx;

/** How content goes. */
enum Way {
  DATA("PIPELINING", 10),
  DATA_ONE_BY_ONE("SIZE", 10),
  CHUNK_AHEAD("PIPELINING CHUNKING", 10),
  CHUNKS("PIPELINING CHUNKING", 20_000),
  CHUNKS_ONE_BY_ONE("CHUNKING", 20_000);

  private final String[] extensions;
  private final String text;

  Way(String extensions, int lines) {
    this.extensions = extensions.split(" ");
    this.text = "Subject: x\r\n\r\n" + ".a line like any other\r\n".repeat(lines);
  }

  /** What a server offers that is to be sent to so. */
  String[] extensions() {
    return extensions.clone();
  }

  /** A message that goes so. */
  String text() {
    return text;
  }

  /** Every way in which a server may break off, at every one of these stages, for all ways. */
  static Stream<Arguments> breaks(List<String> stages) {
    return Stream.of(values())
        .flatMap(way ->
            stages.stream()
                .filter(way::hasStage)
                .flatMap(stage ->
                    Stream.of(
                        Arguments.of(way, stage, FakeMx.drop()),
                        Arguments.of(way, stage, FakeMx.drop("421 4.3.2 shutting down")),
                        Arguments.of(way, stage, FakeMx.raw("what is this\r\n")))));
  }

  private boolean hasStage(String stage) {
    return !stage.equals("DATA") || name().startsWith("DATA");
  }

  /**
   * Whether a server that broke off may have the message all the same, and nobody can know: the
   * only window for a second copy.
   */
  boolean leavesOpen(String stage, FakeMx.Act act) {
    return stage.equals(FakeMx.END_OF_DATA)
        || (this == CHUNK_AHEAD && act instanceof FakeMx.Act.Raw);
  }
}
