package skypost.mail.archive;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.protocol.io.BlockInputStream;

/**
 * Reads an mbox of any family. A message begins at a {@code From } line with a date, at the
 * beginning or behind an empty line; a {@code Content-Length} is not believed. Quoted lines lose
 * one {@code >} (mboxrd); in an mbox of the older way, mboxo, lines that began with {@code >From }
 * lose theirs too, since there is no telling them apart.
 */
final class MboxReader implements ArchiveReader {
  private final LinePieces lines;
  private Optional<FromLine> pending = Optional.empty();
  private long position;
  private boolean begun;
  private Content current;

  /**
   * @param in begins with a separator
   * @param position of its first octet
   */
  MboxReader(InputStream in, long position) {
    this.lines = new LinePieces(in, position);
    this.position = position;
  }

  @Override
  public Optional<ArchivedMessage> next() throws IOException {
    if (current != null) {
      current.skipRest();
    }
    if (!begun) {
      begun = true;
      first();
    }
    if (pending.isEmpty()) {
      return Optional.empty();
    }
    FromLine line = pending.get();
    pending = Optional.empty();
    current = new Content();
    return Optional.of(
        new ArchivedMessage(
            Optional.empty(), List.of(), Optional.of(line.date()), line.sender(), false, current));
  }

  private void first() throws IOException {
    while (lines.next()) {
      if (lines.isEmptyLine()) {
        continue;
      }
      pending = separator();
      if (pending.isEmpty()) {
        throw new BrokenArchiveException(
            "not an mbox: it does not begin with a line \"From sender date\"");
      }
      return;
    }
    position = lines.position();
  }

  /** The separator that the present piece is. */
  private Optional<FromLine> separator() {
    if (!lines.isWholeLine() || !lines.startsWith(FromLine.START)) {
      return Optional.empty();
    }
    Optional<FromLine> line = FromLine.parse(lines.text());
    line.ifPresent(_ -> position = lines.pieceStart());
    return line;
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public Map<String, List<String>> keywords() {
    return Map.of();
  }

  /**
   * The lines of one message. An empty line before a separator, or at the end, is not one of them.
   */
  private final class Content extends BlockInputStream {
    private static final byte[] NONE = {};

    private byte[] chunk = NONE;
    private int at;
    private byte[] heldBack = NONE; // an empty line
    private boolean ended;

    @Override
    public int read(byte[] octets, int from, int length) throws IOException {
      if (length == 0) {
        return 0;
      }
      while (at == chunk.length) {
        if (ended) {
          return -1;
        }
        advance();
      }
      int count = Math.min(length, chunk.length - at);
      System.arraycopy(chunk, at, octets, from, count);
      at += count;
      return count;
    }

    private void advance() throws IOException {
      chunk = NONE;
      at = 0;
      if (!lines.next()) {
        ended = true;
        position = lines.position();
      } else if (lines.isEmptyLine()) {
        chunk = heldBack;
        heldBack = lines.octets();
      } else if (heldBack.length > 0 && (pending = separator()).isPresent()) {
        ended = true;
      } else {
        chunk = joined(heldBack, unquoted());
        heldBack = NONE;
      }
    }

    private byte[] unquoted() {
      byte[] octets = lines.octets();
      if (!lines.isLineStart() || octets[0] != '>') {
        return octets;
      }
      int marks = 0;
      while (marks < octets.length && octets[marks] == '>') {
        marks++;
      }
      byte[] start = FromLine.START.getBytes(StandardCharsets.US_ASCII);
      boolean quoted =
          octets.length >= marks + start.length
              && Arrays.equals(octets, marks, marks + start.length, start, 0, start.length);
      return quoted ? Arrays.copyOfRange(octets, 1, octets.length) : octets;
    }

    private static byte[] joined(byte[] first, byte[] second) {
      if (first.length == 0) {
        return second;
      }
      byte[] both = Arrays.copyOf(first, first.length + second.length);
      System.arraycopy(second, 0, both, first.length, second.length);
      return both;
    }

    void skipRest() throws IOException {
      while (!ended) {
        advance();
      }
      at = chunk.length;
    }
  }
}
