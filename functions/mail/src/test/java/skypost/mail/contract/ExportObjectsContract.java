package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.transfer.ExportObjects;
import skypost.mail.transfer.ExportObjects.NoSuchUploadException;
import skypost.mail.transfer.ExportObjects.Part;
import skypost.mail.transfer.TransferId;
import skypost.mail.transfer.TransferKey;

/** What every {@link ExportObjects} must do. */
public abstract class ExportObjectsContract {
  private static final ArchiveFormat MBOX = ArchiveFormat.MBOX;

  private final TransferKey key =
      new TransferKey(Samples.user(), new TransferId(Samples.id().value()));

  /** The objects under test. */
  protected abstract ExportObjects objects() throws IOException;

  /** What a client gets by the URL. */
  protected abstract byte[] fetch(TransferKey key) throws IOException;

  private static Part part(int octet, int length) {
    byte[] octets = new byte[length + 100]; // what lies behind is not part of it
    Arrays.fill(octets, (byte) octet);
    return new Part(octets, length);
  }

  @Test
  void aSmallOneIsReadWhole() throws IOException {
    ExportObjects objects = objects();

    assertThat(objects.read(key)).isEmpty();
    objects.put(key, ArchiveFormat.MBOX, new byte[] {1, 2, 3});
    assertThat(objects.read(key).orElseThrow()).containsExactly(1, 2, 3);
  }

  @Test
  void aSmallOneIsThereAtOnce() throws IOException {
    assertThat(objects().exists(key)).isFalse();
    objects().put(key, MBOX, new byte[0]);
    assertThat(objects().exists(key)).isTrue();
    assertThat(fetch(key)).isEmpty();

    objects().put(key, MBOX, new byte[] {1, 2});
    assertThat(fetch(key)).containsExactly(1, 2);

    objects().delete(key);
    objects().delete(key);
    assertThat(objects().exists(key)).isFalse();
  }

  @Test
  void partsBecomeAnObjectAndARepeatedOneReplaces() throws IOException {
    ExportObjects objects = objects();
    String upload = objects.begin(key, MBOX);
    objects.part(key, upload, 1, part('x', ExportObjects.MIN_PART));
    objects.part(key, upload, 3, part('z', 10)); // of a life before, and not in the end
    String second = objects.part(key, upload, 2, part('b', 3));
    String first = objects.part(key, upload, 1, part('a', ExportObjects.MIN_PART + 1));
    assertThat(objects.tags(key, upload, 2)).containsExactly(first, second);
    assertThat(objects.exists(key)).isFalse();

    objects.complete(key, upload, List.of(first, second));

    byte[] object = fetch(key);
    assertThat(object).hasSize(ExportObjects.MIN_PART + 4);
    assertThat(object[ExportObjects.MIN_PART]).isEqualTo((byte) 'a');
    assertThat(object[ExportObjects.MIN_PART + 1]).isEqualTo((byte) 'b');
  }

  @Test
  void anUploadThatHasEndedIsNoMore() throws IOException {
    ExportObjects objects = objects();
    String upload = objects.begin(key, MBOX);
    String tag = objects.part(key, upload, 1, part('a', 3));
    objects.abort(key, upload);
    objects.abort(key, upload);

    assertThatThrownBy(() -> objects.part(key, upload, 1, part('a', 3)))
        .isInstanceOf(NoSuchUploadException.class);
    assertThatThrownBy(() -> objects.tags(key, upload, 1))
        .isInstanceOf(NoSuchUploadException.class);
    assertThatThrownBy(() -> objects.complete(key, upload, List.of(tag)))
        .isInstanceOf(NoSuchUploadException.class);
    assertThat(objects.exists(key)).isFalse();
  }

  @Test
  void aPartThatIsAnothersCompletesNothing() throws IOException {
    ExportObjects objects = objects();
    String upload = objects.begin(key, MBOX);
    String tag = objects.part(key, upload, 1, part('a', 3));
    objects.part(key, upload, 1, part('b', 3));

    assertThatThrownBy(() -> objects.complete(key, upload, List.of(tag)))
        .isInstanceOf(IOException.class);
    assertThat(objects.exists(key)).isFalse();
  }
}
