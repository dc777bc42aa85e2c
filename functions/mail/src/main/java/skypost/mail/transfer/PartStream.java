package skypost.mail.transfer;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;
import skypost.mail.transfer.Export.Upload;
import skypost.mail.transfer.ExportObjects.Part;

/**
 * The archive on its way into the parts of an upload. A part ends where a message ends, as soon as
 * it is large enough, so that what is recorded is whole messages; only messages larger than that
 * are cut.
 */
final class PartStream extends OutputStream {
  /** Parts of one size; behind them their size doubles, so that any mailbox fits. */
  private static final int OF_ONE_SIZE = 2500;

  private final ExportObjects objects;
  private final Export export;
  private byte[] buffer = new byte[1 << 20];
  private int length;
  private Optional<Upload> upload;
  private boolean begun;
  private long octets;

  PartStream(ExportObjects objects, Export export) {
    this.objects = objects;
    this.export = export;
    this.upload = export.progress().upload();
    this.octets = export.progress().counts().octets();
  }

  /** Octets that are enough for a part of this number: 190 GB in all. */
  static int enough(int number) {
    return ExportObjects.MIN_PART << Math.min(3, (number - 1) / OF_ONE_SIZE);
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] given, int from, int count) throws IOException {
    int at = from;
    int left = count;
    while (left > 0) {
      int most = 2 * enough(number());
      if (length == most) {
        flushPart();
        continue;
      }
      if (length == buffer.length) {
        buffer = Arrays.copyOf(buffer, Math.min(most, 2 * buffer.length));
      }
      int some = Math.min(left, Math.min(buffer.length, most) - length);
      System.arraycopy(given, at, buffer, length, some);
      length += some;
      at += some;
      left -= some;
    }
    octets += count;
  }

  private int number() {
    return upload.map(Upload::parts).orElse(0) + 1;
  }

  /** Whether what is held makes a part. */
  boolean hasPart() {
    return length >= enough(number());
  }

  /** Stores what is held as a part. */
  void flushPart() throws IOException {
    if (upload.isEmpty()) {
      upload = Optional.of(Upload.begun(objects.begin(export.key(), export.what().format())));
      begun = true;
    }
    if (number() > ExportObjects.MAX_PARTS) {
      throw new IOException("the export has too many parts");
    }
    Upload to = upload.get();
    upload =
        Optional.of(
            to.with(objects.part(export.key(), to.id(), number(), new Part(buffer, length))));
    length = 0;
  }

  /** The upload with all parts so far; empty before the first. */
  Optional<Upload> upload() {
    return upload;
  }

  /** Octets of the archive that were written, held ones too. */
  long octets() {
    return octets;
  }

  /** Stores a small archive, all of which is held. */
  void putWhole() throws IOException {
    objects.put(export.key(), export.what().format(), Arrays.copyOf(buffer, length));
  }

  /** The upload is on record, so it is not this stream's to end. */
  void isRecorded() {
    begun = false;
  }

  /** Ends an upload that was begun here and that nobody has a record of. */
  void abandon() throws IOException {
    if (begun) {
      objects.abort(export.key(), upload.orElseThrow().id());
    }
  }
}
