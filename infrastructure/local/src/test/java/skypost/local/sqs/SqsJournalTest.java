package skypost.local.sqs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk that is full for a while loses nothing that was confirmed. */
class SqsJournalTest {
  private final AtomicBoolean full = new AtomicBoolean();
  @TempDir private Path folder;

  @Test
  void whatIsConfirmedAfterAFailedWriteIsThereAfterARestart() throws IOException {
    SqsStore store = new SqsStore(new SqsJournal(folder, this::open), Clock.systemUTC());
    store.create("first", Map.of());
    full.set(true);
    assertThatThrownBy(() -> store.create("failed", Map.of())).isInstanceOf(IOException.class);
    full.set(false);
    store.create("second", Map.of());
    store.close();

    assertThat(names()).containsExactly("first", "second");
  }

  @Test
  void aFileThatCannotBeReplacedStaysInUse() throws IOException {
    SqsJournal journal = new SqsJournal(folder, this::open);
    SqsStore store = new SqsStore(journal, Clock.systemUTC());
    store.create("first", Map.of());
    full.set(true);
    assertThatThrownBy(() -> journal.rewrite(List.of())).isInstanceOf(IOException.class);
    full.set(false);
    store.create("second", Map.of());
    store.close();

    assertThat(names()).containsExactly("first", "second");
  }

  private List<String> names() throws IOException {
    SqsStore again = new SqsStore(new SqsJournal(folder), Clock.systemUTC());
    try {
      return again.names().stream().sorted().toList();
    } finally {
      again.close();
    }
  }

  private SeekableByteChannel open(Path file) throws IOException {
    if (full.get()) {
      throw new IOException("No space left on device");
    }
    return new Filling(
        Files.newByteChannel(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND), full);
  }

  /** A file on a disk with room for half of what is written while it is full. */
  private record Filling(SeekableByteChannel real, AtomicBoolean full)
      implements SeekableByteChannel {
    @Override
    public int write(ByteBuffer octets) throws IOException {
      if (!full.get()) {
        return real.write(octets);
      }
      real.write(octets.slice(octets.position(), octets.remaining() / 2));
      throw new IOException("No space left on device");
    }

    @Override
    public int read(ByteBuffer octets) throws IOException {
      return real.read(octets);
    }

    @Override
    public long position() throws IOException {
      return real.position();
    }

    @Override
    public SeekableByteChannel position(long position) throws IOException {
      return real.position(position);
    }

    @Override
    public long size() throws IOException {
      return real.size();
    }

    @Override
    public SeekableByteChannel truncate(long size) throws IOException {
      real.truncate(size);
      return this;
    }

    @Override
    public boolean isOpen() {
      return real.isOpen();
    }

    @Override
    public void close() throws IOException {
      real.close();
    }
  }
}
