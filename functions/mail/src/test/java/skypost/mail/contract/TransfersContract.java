package skypost.mail.contract;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.archive.ArchiveFormat;
import skypost.mail.transfer.Export;
import skypost.mail.transfer.Import;
import skypost.mail.transfer.Transfer;
import skypost.mail.transfer.Transfer.State;
import skypost.mail.transfer.Transfer.Status;
import skypost.mail.transfer.TransferId;
import skypost.mail.transfer.TransferKey;
import skypost.mail.transfer.Transfers;

/** What every {@link Transfers} must do. */
public abstract class TransfersContract {
  private static final Instant NOW = Instant.parse("2026-11-25T08:00:00.123Z");

  /** The transfers under test. */
  protected abstract Transfers transfers() throws IOException;

  /** The transfers that somebody was woken for so far. */
  protected abstract List<TransferKey> woken() throws IOException;

  private static TransferKey key() {
    return new TransferKey(
        Samples.address("\"o hara\"@x.example"), new TransferId(Samples.id().value()));
  }

  private static Export export(TransferKey key, int step) {
    var what =
        new Export.Selection(
            ArchiveFormat.MAILDIR,
            List.of(new Export.Range("INBOX", 7), new Export.Range("Entw\u00fcrfe/\"a\"", 1)),
            6,
            1L << 40);
    var upload = new Export.Upload("up/load+id==", 3, "ab12", step == 2);
    var progress =
        new Export.Progress(
            1,
            5,
            List.of("$Junk", "work"),
            new Export.Counts(4, 1, 1L << 34),
            step == 0 ? Optional.empty() : Optional.of(upload));
    return new Export(key, NOW, what, progress, new Status(State.RUNNING, step, ""));
  }

  @Test
  void anExportComesBackWithEveryField() throws IOException {
    for (int step = 0; step < 3; step++) {
      Export export = export(key(), step);
      transfers().begin(export);
      assertThat(transfers().find(export.key())).contains(export);
    }
  }

  @Test
  void anImportComesBackWithEveryField() throws IOException {
    var progress =
        new Import.Progress(
            7,
            1L << 35,
            Optional.of(NOW),
            new Import.Counts(5, 2, List.of(new Import.Fault(3, "no \"header\""))),
            new Import.Seen(Map.of(".Junk", List.of("", "b")), List.of("Junk", "\u00fc")));
    Import imported =
        new Import(
            key(),
            NOW,
            new Import.Source(ArchiveFormat.MBOX, "A/B", 1L << 36),
            progress,
            new Status(State.OVER_QUOTA, 9, "it is full"));
    transfers().begin(imported);

    assertThat(transfers().find(imported.key())).contains(imported);
  }

  @Test
  void ofTwoThatCarryItOnOneIsTold() throws IOException {
    Transfers transfers = transfers();
    TransferKey key = key();
    transfers.begin(export(key, 0));

    assertThat(transfers.replace(export(key, 0), export(key, 1))).isTrue();
    assertThat(transfers.replace(export(key, 0), export(key, 2))).isFalse();
    assertThat(transfers.find(key)).contains((Transfer) export(key, 1));
  }

  @Test
  void oneThatIsGoneStaysGone() throws IOException {
    Transfers transfers = transfers();
    TransferKey key = key();
    transfers.begin(export(key, 0));
    transfers.remove(key);
    transfers.remove(key);

    assertThat(transfers.replace(export(key, 0), export(key, 1))).isFalse();
    assertThat(transfers.find(key)).isEmpty();
  }

  @Test
  void whoeverCarriesItOnIsWoken() throws IOException {
    TransferKey key = key();
    transfers().wake(key);

    assertThat(woken()).contains(key);
  }
}
