package skypost.protocol.smtp;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Keeps messages in memory; fails when it is told to. */
public final class MemorySink implements SmtpSink {
  /** What was committed. */
  public record Stored(SmtpTransaction transaction, byte[] content) {
    public String latin1() {
      return new String(content, StandardCharsets.ISO_8859_1);
    }
  }

  private final List<Stored> stored = new CopyOnWriteArrayList<>();
  private volatile boolean failing;

  /** What was committed so far. */
  public List<Stored> stored() {
    return stored;
  }

  /** From now on every commit fails, or no longer. */
  public void fail(boolean fails) {
    failing = fails;
  }

  @Override
  public Incoming begin(SmtpTransaction transaction) {
    ByteArrayOutputStream content = new ByteArrayOutputStream();
    return new Incoming() {
      @Override
      public void write(int octet) {
        content.write(octet);
      }

      @Override
      public void write(byte[] block, int offset, int length) {
        content.write(block, offset, length);
      }

      @Override
      public Committed commit() throws IOException {
        if (failing) {
          throw new IOException("the disk is full");
        }
        stored.add(new Stored(transaction, content.toByteArray()));
        return new Committed.Stored("%020d".formatted(stored.size()));
      }
    };
  }
}
