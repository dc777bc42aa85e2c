package skypost.protocol.pop3;

import java.util.BitSet;
import java.util.List;

/** The messages marked as deleted in a session, by number. Immutable. */
final class Deletions {
  static final Deletions NONE = new Deletions(new BitSet(0), 0);

  private final BitSet numbers;
  private final long octets;

  private Deletions(BitSet numbers, long octets) {
    this.numbers = numbers;
    this.octets = octets;
  }

  /** With one more, which was not marked before. */
  Deletions with(Maildrop.Message message) {
    BitSet more = (BitSet) numbers.clone();
    more.set(message.number());
    return new Deletions(more, octets + message.octets());
  }

  boolean contains(Maildrop.Message message) {
    return numbers.get(message.number());
  }

  boolean isEmpty() {
    return numbers.isEmpty();
  }

  int count() {
    return numbers.cardinality();
  }

  long octets() {
    return octets;
  }

  List<Maildrop.Message> of(List<Maildrop.Message> messages) {
    return messages.stream().filter(this::contains).toList();
  }
}
