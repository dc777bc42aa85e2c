package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import skypost.mail.transfer.ImportObjects;
import skypost.mail.transfer.TransferId;
import skypost.mail.transfer.TransferKey;

/** What every {@link ImportObjects} must do. */
public abstract class ImportObjectsContract {
  private final TransferKey key =
      new TransferKey(Samples.user(), new TransferId(Samples.id().value()));

  /** The objects under test. */
  protected abstract ImportObjects objects() throws IOException;

  /** What a client does with the URL. */
  protected abstract void put(TransferKey key, byte[] octets) throws IOException;

  @Test
  void aSmallArchiveIsPutWithoutAUrl() throws IOException {
    ImportObjects objects = objects();
    objects.put(key, new byte[] {1, 2, 3});

    assertThat(objects.size(key)).hasValue(3);
    try (var in = objects.open(key, 1, 3)) {
      assertThat(in.readAllBytes()).containsExactly(2, 3);
    }
  }

  @Test
  void whatWasPutIsReadFromAnyOctetOn() throws IOException {
    byte[] archive = new byte[(8 << 20) + 12_345];
    new Random(1).nextBytes(archive);
    put(key, archive);
    ImportObjects objects = objects();

    assertThat(objects.size(key)).hasValue(archive.length);
    for (int from : new int[] {0, 1, 8 << 20, archive.length - 1, archive.length}) {
      try (var in = objects.open(key, from, archive.length)) {
        assertThat(
                Arrays.equals(in.readAllBytes(), Arrays.copyOfRange(archive, from, archive.length)))
            .as("from %d", from)
            .isTrue();
      }
    }
  }

  @Test
  void beforeAndAfterThereIsNothing() throws IOException {
    assertThat(objects().size(key)).isEmpty();
    put(key, new byte[0]);
    assertThat(objects().size(key)).hasValue(0);
    objects().delete(key);
    objects().delete(key);
    assertThat(objects().size(key)).isEmpty();
  }
}
