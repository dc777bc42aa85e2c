package skypost.protocol.pop3;

import java.util.BitSet;
import java.util.List;

/**
 * The messages that QUIT removes, by number: those marked as deleted, which nobody sees any more,
 * and those that were retrieved by a user who wants them removed then. Immutable.
 */
final class Deletions {
  static final Deletions NONE = new Deletions(new BitSet(0), 0, new BitSet(0));

  private final BitSet numbers;
  private final long octets;
  private final BitSet retrieved;

  private Deletions(BitSet numbers, long octets, BitSet retrieved) {
    this.numbers = numbers;
    this.octets = octets;
    this.retrieved = retrieved;
  }

  /** With one more, which was not marked before. */
  Deletions with(Maildrop.Message message) {
    BitSet more = (BitSet) numbers.clone();
    more.set(message.number());
    return new Deletions(more, octets + message.octets(), retrieved);
  }

  /** With one that was retrieved and is to be removed for that; it stays to be seen until then. */
  Deletions withRetrieved(Maildrop.Message message) {
    BitSet more = (BitSet) retrieved.clone();
    more.set(message.number());
    return new Deletions(numbers, octets, more);
  }

  boolean contains(Maildrop.Message message) {
    return numbers.get(message.number());
  }

  int count() {
    return numbers.cardinality();
  }

  long octets() {
    return octets;
  }

  /** All that QUIT removes. */
  List<Maildrop.Message> of(List<Maildrop.Message> messages) {
    return messages.stream()
        .filter(message -> contains(message) || retrieved.get(message.number()))
        .toList();
  }
}
