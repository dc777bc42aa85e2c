package skypost.aws;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import skypost.mail.mailbox.Mailboxes.MailboxMessage;

/**
 * The messages of a folder's pages in UID order, packed into octets as the pages have them: about a
 * hundred for a message, which as objects takes three times that. Immutable.
 */
final class PackedPages {
  /** No pages. */
  static final PackedPages NONE = new PackedPages(List.of(), 0, 0, Optional.empty());

  /** Octets of a block that is not added to any more. */
  private static final int FULL = 32 << 10;

  private final List<byte[]> blocks;
  private final int count;
  private final long bytes;
  private final Optional<MailboxPage> last;

  private PackedPages(List<byte[]> blocks, int count, long bytes, Optional<MailboxPage> last) {
    this.blocks = List.copyOf(blocks);
    this.count = count;
    this.bytes = bytes;
    this.last = last;
  }

  /** How many messages. */
  int count() {
    return count;
  }

  /** Octets of all messages, as a reader counts them. */
  long bytes() {
    return bytes;
  }

  /** The last page that holds a message. */
  Optional<MailboxPage> last() {
    return last;
  }

  /** Octets that this takes in memory, about. */
  long octets() {
    return blocks.stream().mapToLong(block -> block.length + 16L).sum();
  }

  /** These and the pages behind them. */
  PackedPages and(Iterator<MailboxPage> more) {
    List<byte[]> packed = new ArrayList<>(blocks);
    Block block = new Block();
    if (!packed.isEmpty() && packed.getLast().length < FULL) {
      block.add(packed.removeLast());
    }
    int messages = count;
    long sum = bytes;
    Optional<MailboxPage> newest = last;
    while (more.hasNext()) {
      MailboxPage page = more.next();
      for (MailboxEntry entry : page.entries()) {
        byte[] line = MailboxPage.line(entry).getBytes(StandardCharsets.UTF_8);
        block.add(ByteBuffer.allocate(Integer.BYTES).putInt(line.length).array());
        block.add(line);
        messages++;
        sum += entry.message().size();
        newest = Optional.of(page);
      }
      if (block.length >= FULL) {
        packed.add(block.octets());
        block = new Block();
      }
    }
    if (block.length > 0) {
      packed.add(block.octets());
    }
    return new PackedPages(packed, messages, sum, newest);
  }

  void addTo(List<MailboxMessage> messages) {
    for (byte[] block : blocks) {
      ByteBuffer rest = ByteBuffer.wrap(block);
      while (rest.hasRemaining()) {
        int length = rest.getInt();
        String line = new String(block, rest.position(), length, StandardCharsets.UTF_8);
        rest.position(rest.position() + length);
        messages.add(MailboxPage.entry(line).message());
      }
    }
  }

  /** A block in the making. */
  private static final class Block {
    private byte[] octets = new byte[1 << 10];
    private int length;

    void add(byte[] more) {
      if (length + more.length > octets.length) {
        octets = java.util.Arrays.copyOf(octets, Math.max(2 * octets.length, length + more.length));
      }
      System.arraycopy(more, 0, octets, length, more.length);
      length += more.length;
    }

    byte[] octets() {
      return java.util.Arrays.copyOf(octets, length);
    }
  }
}
