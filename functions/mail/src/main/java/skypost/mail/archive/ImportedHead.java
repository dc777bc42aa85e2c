package skypost.mail.archive;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.mail.message.SenderResults;
import skypost.protocol.address.EmailAddress;

/**
 * The beginning of an archived message, apart from what its store had added: the headers of final
 * delivery, which a reader gets anew (RFC 5321 section 4.4), and in an mbox those of the program
 * that kept it.
 *
 * @param folder where it lay, if it says so
 * @param flags that it says itself
 * @param returnPath the reverse-path; empty when it does not say
 * @param results what an export of ours said of the sender
 * @param isMessage whether it begins as a message does, with a field or with an empty line
 * @param header what is left of the header block, lines ended by CRLF
 */
public record ImportedHead(
    Optional<String> folder,
    List<String> flags,
    Optional<ReturnPath> returnPath,
    SenderResults results,
    boolean isMessage,
    byte[] header) {
  private static final int MAX_OCTETS = 256 << 10;
  private static final int DELIVERY = 2; // Return-Path and Delivered-To

  /** A reverse-path that was said. @param address empty for the null one */
  public record ReturnPath(Optional<EmailAddress> address) {}

  /**
   * Reads up to the empty line, and that too; or as much as a header block is long at most.
   *
   * @param hasResults whether the archive says that the headers of final delivery end with what was
   *     found out about the sender
   * @param content lines ended by CRLF
   */
  public static ImportedHead read(ArchiveFormat format, boolean hasResults, InputStream content)
      throws IOException {
    List<String> fields = fields(content);
    boolean isMessage = !fields.isEmpty() && isFieldOrEnd(fields.getFirst());
    Optional<ReturnPath> returnPath = Optional.empty();
    int from = 0;
    if (!fields.isEmpty()) {
      returnPath = returnPath(fields.getFirst());
      from = returnPath.isPresent() ? 1 : 0;
      if (from == 1 && fields.size() > 1 && isNamed(fields.get(1), "Delivered-To")) {
        from = DELIVERY;
      }
    }
    SenderResults results = SenderResults.NONE;
    if (from == DELIVERY && isResults(format, hasResults, fields)) {
      // Spoilt by who had the archive meanwhile, it says nothing; of the message it never was
      results = SenderResults.ofField(fields.get(DELIVERY)).orElse(SenderResults.NONE);
      from++;
    }
    List<String> rest = fields.subList(from, fields.size());
    MboxFields kept =
        format == ArchiveFormat.MBOX
            ? MboxFields.read(rest)
            : new MboxFields(Optional.empty(), List.of(), rest);
    byte[] header = String.join("", kept.header()).getBytes(StandardCharsets.ISO_8859_1);
    return new ImportedHead(kept.folder(), kept.flags(), returnPath, results, isMessage, header);
  }

  /** Fields with their continuations, octets as characters, and the empty line as the last. */
  private static List<String> fields(InputStream content) throws IOException {
    List<String> fields = new ArrayList<>();
    ByteArrayOutputStream line = new ByteArrayOutputStream();
    int total = 0;
    int octet = 0;
    while (total < MAX_OCTETS && (octet = content.read()) >= 0) {
      line.write(octet);
      total++;
      if (octet == '\n') {
        String text = line.toString(StandardCharsets.ISO_8859_1);
        line.reset();
        boolean continues = text.startsWith(" ") || text.startsWith("\t");
        if (continues && !fields.isEmpty()) {
          fields.set(fields.size() - 1, fields.getLast() + text);
        } else {
          fields.add(text);
        }
        if (text.equals("\r\n")) {
          return fields;
        }
      }
    }
    if (line.size() > 0) {
      fields.add(line.toString(StandardCharsets.ISO_8859_1));
    }
    return fields;
  }

  /**
   * Whether an export has put a field behind those of final delivery. Others put theirs there too,
   * and a message may begin with one, which stays: in an mbox it is ours where the folder follows,
   * and in a Maildir where the name of the file says so.
   */
  private static boolean isResults(ArchiveFormat format, boolean isSaid, List<String> fields) {
    if (fields.size() <= DELIVERY || !isNamed(fields.get(DELIVERY), "Authentication-Results")) {
      return false;
    }
    int next = DELIVERY + 1;
    return format == ArchiveFormat.MBOX
        ? fields.size() > next && MboxFields.isFirst(fields.get(next))
        : isSaid;
  }

  private static Optional<ReturnPath> returnPath(String field) {
    if (!isNamed(field, "Return-Path")) {
      return Optional.empty();
    }
    String value =
        new String(
                field.substring(field.indexOf(':') + 1).getBytes(StandardCharsets.ISO_8859_1),
                StandardCharsets.UTF_8) // RFC 6532 section 3.2
            .strip();
    if (!value.startsWith("<") || !value.endsWith(">")) {
      return Optional.empty();
    }
    String path = value.substring(1, value.length() - 1);
    Optional<EmailAddress> address = EmailAddress.parse(path);
    return path.isEmpty() || address.isPresent()
        ? Optional.of(new ReturnPath(address))
        : Optional.empty();
  }

  private static boolean isNamed(String field, String name) {
    return field.regionMatches(true, 0, name + ":", 0, name.length() + 1);
  }

  /** RFC 5322 section 2.2: a name of printable ASCII, and a colon. */
  private static boolean isFieldOrEnd(String line) {
    if (line.equals("\r\n")) {
      return true;
    }
    int colon = line.indexOf(':');
    return colon > 0
        && line.substring(0, colon).stripTrailing().chars().allMatch(c -> c > 32 && c < 127);
  }

  /** The header again, as a stream. */
  public InputStream open() {
    return new ByteArrayInputStream(header);
  }
}
