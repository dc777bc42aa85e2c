package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import skypost.mail.message.Envelope;
import skypost.mail.message.IncomingMessages;
import skypost.mail.message.MessageId;
import skypost.mail.message.StoredMessages;

/** What every pair of {@link IncomingMessages} and {@link StoredMessages} on one store must do. */
public abstract class MessagesContract {
  /** Where messages are put. */
  protected abstract IncomingMessages incoming() throws IOException;

  /** The same store, read. */
  protected abstract StoredMessages stored() throws IOException;

  /** What is staged there, and not accepted. */
  protected abstract StoredMessages staged() throws IOException;

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 6 * 1024 * 1024})
  void aStagedMessageCanBeLookedAtAndIsNotAccepted(int size) throws IOException {
    byte[] raw = octets(size);
    MessageId id = Samples.id();
    try (var draft = incoming().begin(id, Samples.envelope())) {
      draft.write(raw);
      draft.stage();

      assertThat(stored().open(id)).isEmpty();
      Iterator<MessageId> listed = stored().listFrom(id);
      assertThat(listed.hasNext() && listed.next().equals(id)).isFalse();
      try (var message = staged().open(id).orElseThrow()) {
        assertThat(message.envelope()).isEqualTo(Samples.envelope());
        assertThat(message.content().readAllBytes()).isEqualTo(raw);
      }
      draft.commit();
    }

    assertThat(read(id)).isEqualTo(raw);
    staged().delete(List.of(id));
    assertThat(staged().open(id)).isEmpty();
    assertThat(read(id)).isEqualTo(raw);
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2, 1000, 65_536, 6 * 1024 * 1024, 6 * 1024 * 1024 + 1})
  void aMessageComesBackByteForByte(int size) throws IOException {
    byte[] raw = octets(size);
    MessageId id = put(Samples.id(), Samples.envelope(), raw);

    try (var message = stored().open(id).orElseThrow()) {
      assertThat(message.size()).isEqualTo(size);
      assertThat(message.content().readAllBytes()).isEqualTo(raw);
    }
  }

  @Test
  void howTheOctetsWereWrittenDoesNotMatter() throws IOException {
    byte[] raw = octets(20_000);
    MessageId id = Samples.id();
    try (var draft = incoming().begin(id, Samples.envelope())) {
      for (int i = 0; i < 100; i++) {
        draft.write(raw[i]);
      }
      draft.write(raw, 100, 0);
      draft.write(raw, 100, raw.length - 100);
      draft.flush();
      draft.commit();
    }

    assertThat(read(id)).isEqualTo(raw);
  }

  @Test
  void theEnvelopeComesBackWithEveryField() throws IOException {
    Envelope envelope = Samples.fullEnvelope();
    MessageId id = put(Samples.id(), envelope, octets(10));

    try (var message = stored().open(id).orElseThrow()) {
      assertThat(message.envelope()).isEqualTo(envelope);
    }
  }

  @Test
  void theEnvelopeOfABounceComesBack() throws IOException {
    Envelope bounce =
        new Envelope(
            java.util.Optional.empty(),
            java.util.Map.of(),
            List.of(new Envelope.Recipient(Samples.address("ann@local.example"))),
            Envelope.Origin.internal(Instant.parse("2026-11-25T08:00:00Z"), "mx.example"));
    MessageId id = put(Samples.id(), bounce, octets(10));

    try (var message = stored().open(id).orElseThrow()) {
      assertThat(message.envelope()).isEqualTo(bounce);
    }
  }

  @Test
  void anEnvelopeOfManyRecipientsComesBack() throws IOException {
    List<Envelope.Recipient> recipients =
        IntStream.range(0, 1000)
            .mapToObj(i ->
                new Envelope.Recipient(
                    Samples.address("recipient-number-" + i + "@a-long-domain-name.example")))
            .toList();
    Envelope plain = Samples.envelope();
    Envelope envelope =
        new Envelope(plain.sender(), plain.senderParameters(), recipients, plain.origin());
    byte[] raw = octets(300);
    MessageId id = put(Samples.id(), envelope, raw);

    try (var message = stored().open(id).orElseThrow()) {
      assertThat(message.envelope()).isEqualTo(envelope);
      assertThat(message.content().readAllBytes()).isEqualTo(raw);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {0, 100, 6 * 1024 * 1024})
  void anAbandonedDraftLeavesNothing(int size) throws IOException {
    MessageId id = Samples.id();
    try (var draft = incoming().begin(id, Samples.envelope())) {
      draft.write(octets(size));
    }

    assertThat(stored().open(id)).isEmpty();
    Iterator<MessageId> listed = stored().listFrom(id);
    assertThat(listed.hasNext() && listed.next().equals(id)).isFalse();
  }

  @Test
  void nothingIsThereBeforeTheCommit() throws IOException {
    MessageId id = Samples.id();
    try (var draft = incoming().begin(id, Samples.envelope())) {
      draft.write(octets(100));
      assertThat(stored().open(id)).isEmpty();
      draft.commit();
      assertThat(read(id)).hasSize(100);
    }
    assertThat(read(id)).hasSize(100); // closing after the commit takes nothing back
  }

  @Test
  void aDraftTakesNothingAfterItsCommit() throws IOException {
    MessageId id = Samples.id();
    try (var draft = incoming().begin(id, Samples.envelope())) {
      draft.write(octets(100));
      draft.commit();
      assertThatThrownBy(
              () -> {
                draft.write(octets(100));
                draft.commit();
              })
          .isInstanceOf(IOException.class);
    }
    assertThat(read(id)).hasSize(100);
  }

  @Test
  void theSameMessageStoredTwiceIsOne() throws IOException {
    MessageId id = Samples.id();
    put(id, Samples.envelope(), octets(500));
    put(id, Samples.envelope(), octets(500));

    assertThat(read(id)).isEqualTo(octets(500));
    assertThat(listed(id, 1)).containsExactly(id);
  }

  @Test
  void aDeletedMessageIsGoneHoweverOften() throws IOException {
    MessageId kept = put(Samples.id(), Samples.envelope(), octets(5));
    MessageId gone = put(Samples.id(), Samples.envelope(), octets(5));
    MessageId never = Samples.id();

    stored().delete(List.of(gone, never));
    stored().delete(List.of(gone, never));
    stored().delete(List.of());

    assertThat(stored().open(gone)).isEmpty();
    assertThat(read(kept)).hasSize(5);
  }

  @Test
  void messagesAreListedInTheOrderOfTheirAcceptance() throws IOException {
    Instant start = Instant.now().minusSeconds(86_400L * new Random().nextInt(10_000));
    List<MessageId> ids = new ArrayList<>();
    for (int i = 19; i >= 0; i--) {
      ids.addFirst(put(Samples.id(start.plusMillis(i)), Samples.envelope(), octets(3)));
    }

    assertThat(listed(MessageId.first(start), 20)).isEqualTo(ids);
    assertThat(listed(ids.get(5), 15)).isEqualTo(ids.subList(5, 20)); // from is included
    assertThat(listed(MessageId.first(start.plusMillis(5)), 15)).isEqualTo(ids.subList(5, 20));
  }

  @Test
  void moreIsDeletedAtOnceThanOneRequestTakes() throws IOException {
    Instant start = Instant.now().minusSeconds(86_400L * (10_001 + new Random().nextInt(5_000)));
    List<MessageId> ids = new ArrayList<>();
    for (int i = 0; i < 40; i++) {
      ids.add(put(Samples.id(start.plusMillis(i)), Samples.envelope(), octets(3)));
    }
    List<MessageId> all = new ArrayList<>(ids);
    IntStream.range(0, 1000)
        .forEach(i -> all.add(Samples.id(start.plusMillis(i)))); // S3 DeleteObjects takes 1000 keys

    stored().delete(all);

    for (MessageId id : ids) {
      assertThat(stored().open(id)).isEmpty();
    }
  }

  private MessageId put(MessageId id, Envelope envelope, byte[] raw) throws IOException {
    try (var draft = incoming().begin(id, envelope)) {
      draft.write(raw);
      draft.commit();
    }
    return id;
  }

  private byte[] read(MessageId id) throws IOException {
    try (var message = stored().open(id).orElseThrow();
        InputStream content = message.content()) {
      return content.readAllBytes();
    }
  }

  private List<MessageId> listed(MessageId from, int count) throws IOException {
    List<MessageId> ids = new ArrayList<>();
    Iterator<MessageId> listed = stored().listFrom(from);
    while (ids.size() < count && listed.hasNext()) {
      ids.add(listed.next());
    }
    return ids;
  }

  private static byte[] octets(int size) {
    byte[] raw = new byte[size];
    new Random(size).nextBytes(raw);
    return raw;
  }
}
