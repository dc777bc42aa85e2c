package skypost.mail.archive;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import skypost.protocol.io.BlockInputStream;

/**
 * Reads a tar of a Maildir: ustar, pax, and GNU's long names. Messages are the plain files in
 * {@code cur} and {@code new} of any directory; the last component before that, where it begins
 * with a dot, names the folder (Maildir++). Everything else, links above all, is passed by; names
 * are never used as paths.
 */
final class MaildirReader implements ArchiveReader {
  /** Octets of headers before a file: the longest names that there are, and pax records. */
  private static final int MAX_HEADERS = 256 << 10;

  private static final int RECORD = 512;
  private static final int MAX_KEYWORDS_FILE = 8 << 10;
  private static final int MAX_KEYWORD_FOLDERS = 200;
  private static final long LONG_AGO = 0;

  private final Metered source;
  private final TarArchiveInputStream tar;
  private final long origin;
  private final Map<String, List<String>> keywords = new TreeMap<>();
  private long position;

  /**
   * @param in begins with an entry
   * @param position of its first octet
   * @param keywords what was read before
   */
  MaildirReader(InputStream in, long position, Map<String, List<String>> keywords) {
    this.source = new Metered(in);
    this.tar = new TarArchiveInputStream(source, RECORD, RECORD, StandardCharsets.UTF_8.name());
    this.origin = position;
    this.position = position;
    this.keywords.putAll(keywords);
  }

  @Override
  public Optional<ArchivedMessage> next() throws IOException {
    try {
      while (true) {
        if (tar.getCurrentEntry() != null) {
          tar.transferTo(OutputStream.nullOutputStream()); // what is left of the entry before
        }
        source.allow(MAX_HEADERS);
        TarArchiveEntry entry = tar.getNextEntry();
        source.allow(Long.MAX_VALUE);
        if (entry == null) {
          if (source.count % RECORD != 0) {
            throw new BrokenArchiveException("not a tar, or a truncated one");
          }
          position = origin + source.count;
          return Optional.empty();
        }
        long data = (entry.getSize() + RECORD - 1) / RECORD * RECORD;
        position = origin + source.count + data;
        if (!isPlainFile(entry)) {
          continue;
        }
        Place place = Place.of(entry.getName());
        if (place.isMessage()) {
          return Optional.of(message(entry, place));
        }
        if (place.file().equals(MaildirWriter.KEYWORDS) && entry.getSize() <= MAX_KEYWORDS_FILE) {
          readKeywords(place.directory(), tar.readAllBytes());
        }
      }
    } catch (IOException | IllegalArgumentException fault) {
      throw broken(fault);
    }
  }

  private static boolean isPlainFile(TarArchiveEntry entry) {
    byte type = entry.getLinkFlag();
    return !entry.isDirectory()
        && !entry.isSparse()
        && (type == TarConstants.LF_NORMAL
            || type == TarConstants.LF_OLDNORM
            || type == TarConstants.LF_CONTIG);
  }

  private ArchivedMessage message(TarArchiveEntry entry, Place place) {
    List<String> known = keywords.getOrDefault(place.directory(), List.of());
    return new ArchivedMessage(
        FolderNames.ofMaildir(place.directory()),
        MailFlags.ofMaildir(place.letters(), known),
        date(entry, place),
        Optional.empty(),
        place.hasResults(),
        new Content(tar));
  }

  /** As Dovecot has it: the file's time of change, or else what the name begins with. */
  private static Optional<Instant> date(TarArchiveEntry entry, Place place) {
    long changed = entry.getLastModifiedTime().toInstant().getEpochSecond();
    long seconds = changed > LONG_AGO ? changed : place.seconds();
    return seconds > LONG_AGO ? Optional.of(Instant.ofEpochSecond(seconds)) : Optional.empty();
  }

  private void readKeywords(String directory, byte[] file) {
    if (keywords.size() == MAX_KEYWORD_FOLDERS) {
      return;
    }
    Map<Integer, String> numbered = new HashMap<>();
    for (String line : new String(file, StandardCharsets.UTF_8).split("\n")) {
      String[] parts = line.strip().split(" ", 2);
      if (parts.length == 2 && parts[0].matches("\\d{1,2}")) {
        numbered.put(Integer.parseInt(parts[0]), parts[1]);
      }
    }
    keywords.put(
        directory,
        Stream.iterate(0, i -> i < 26, i -> i + 1).map(i -> numbered.getOrDefault(i, "")).toList());
  }

  @Override
  public long position() {
    return position;
  }

  @Override
  public Map<String, List<String>> keywords() {
    return Map.copyOf(keywords);
  }

  /**
   * What a path says.
   *
   * @param directory the Maildir's, as far as it names a folder; empty for others
   * @param isMessage whether it lies in {@code cur} or {@code new}
   * @param file the last component
   */
  private record Place(String directory, boolean isMessage, String file) {
    static Place of(String path) {
      List<String> parts = Stream.of(path.split("/")).filter(part -> !part.isEmpty()).toList();
      String file = parts.isEmpty() ? "" : parts.getLast();
      String parent = parts.size() < 2 ? "" : parts.get(parts.size() - 2);
      boolean isMessage = (parent.equals("cur") || parent.equals("new")) && !file.startsWith(".");
      int at = parts.size() - (isMessage ? 3 : 2);
      String directory = at < 0 ? "" : parts.get(at);
      boolean isFolder = directory.startsWith(".") && directory.length() > 1;
      return new Place(isFolder ? directory : "", isMessage, file);
    }

    /** Behind {@code :2,}; systems without colons in names write another mark. */
    String letters() {
      int info =
          Math.max(
              file.lastIndexOf(":2,"), Math.max(file.lastIndexOf(";2,"), file.lastIndexOf("!2,")));
      return info < 0 ? "" : file.substring(info + 3);
    }

    boolean hasResults() {
      return file.contains(MaildirWriter.HOST_RESULTS + ",");
    }

    long seconds() {
      String digits = file.split("\\.", 2)[0];
      return digits.matches("\\d{1,11}") ? Long.parseLong(digits) : LONG_AGO;
    }
  }

  /** A fault of the archive, unless it is one of what lies below. */
  private static IOException broken(Exception fault) {
    return fault instanceof SourceFaultException || fault instanceof BrokenArchiveException
        ? (IOException) fault
        : new BrokenArchiveException("not a tar, or a broken one: " + fault.getMessage(), fault);
  }

  /** One entry: closing it must not close the tar. */
  private static final class Content extends BlockInputStream {
    private final TarArchiveInputStream tar;

    Content(TarArchiveInputStream tar) {
      this.tar = tar;
    }

    @Override
    public int read(byte[] octets, int from, int length) throws IOException {
      try {
        return tar.read(octets, from, length);
      } catch (IOException truncated) {
        throw broken(truncated);
      }
    }
  }

  /** Counts what is read, and bounds what a header may take. */
  private static final class Metered extends BlockInputStream {
    private final InputStream in;
    private long count;
    private long allowed = Long.MAX_VALUE;

    Metered(InputStream in) {
      this.in = in;
    }

    void allow(long octets) {
      allowed = octets;
    }

    @Override
    public int read(byte[] octets, int from, int length) throws IOException {
      if (allowed <= 0) {
        throw new BrokenArchiveException("a header of more than " + MAX_HEADERS + " octets");
      }
      int read = in.read(octets, from, (int) Math.min(length, allowed));
      count += Math.max(0, read);
      allowed -= allowed == Long.MAX_VALUE ? 0 : Math.max(0, read);
      return read;
    }
  }
}
