package skypost.local.sqs;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.SeekableByteChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What happened to the queues, one JSON object a line. A change is in the file when its method
 * returns, so the end of this process loses nothing; a line that was cut off by the end was never
 * confirmed, and is left out when the file is read again. Whoever uses it holds the store's lock.
 */
final class SqsJournal implements AutoCloseable {
  private final Path file;
  private final Opener opener;
  private SeekableByteChannel channel;
  private long confirmed; // octets of whole lines

  SqsJournal(Path folder) throws IOException {
    this(
        folder,
        file -> Files.newByteChannel(file, StandardOpenOption.WRITE, StandardOpenOption.APPEND));
  }

  SqsJournal(Path folder, Opener opener) throws IOException {
    Files.createDirectories(folder);
    this.file = folder.resolve("journal.jsonl");
    this.opener = opener;
  }

  /** Opens a file to append to. */
  @FunctionalInterface
  interface Opener {
    SeekableByteChannel open(Path file) throws IOException;
  }

  /** Takes what a journal tells. */
  interface Reader {
    void queue(String name, Map<String, String> attributes);

    void noQueue(String name);

    void message(String queue, StoredMessage message);

    void noMessage(String queue, String id);
  }

  /** Tells a reader everything, in order. */
  void replay(Reader reader) throws IOException {
    if (!Files.exists(file)) {
      return;
    }
    try (BufferedReader lines = Files.newBufferedReader(file)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        Map<String, Object> fields;
        try {
          fields = JSON.std.mapFrom(line);
        } catch (IOException cutOff) {
          continue;
        }
        tell(reader, fields);
      }
    }
  }

  @SuppressWarnings("unchecked")
  private static void tell(Reader reader, Map<String, Object> fields) {
    String queue = (String) fields.get("queue");
    if (fields.get("attributes") instanceof Map<?, ?> attributes) {
      reader.queue(queue, (Map<String, String>) attributes);
    } else if (fields.get("message") instanceof Map<?, ?> message) {
      reader.message(queue, message((Map<String, Object>) message));
    } else if (fields.get("deleted") instanceof List<?> ids) {
      ids.forEach(id -> reader.noMessage(queue, (String) id));
    } else {
      reader.noQueue(queue);
    }
  }

  private static StoredMessage message(Map<String, Object> fields) {
    @SuppressWarnings("unchecked")
    var attributes = (Map<String, Object>) fields.get("attributes");
    return new StoredMessage(
        (String) fields.get("id"),
        ((Number) fields.get("sequence")).longValue(),
        (String) fields.get("body"),
        attributes,
        (String) fields.get("group"),
        ((Number) fields.get("sent")).longValue(),
        ((Number) fields.get("visible")).longValue(),
        ((Number) fields.get("received")).intValue(),
        ((Number) fields.get("firstReceived")).longValue(),
        (String) fields.get("receipt"));
  }

  /** Begins a new file that holds only what is there now, and puts it in the old one's place. */
  void rewrite(Iterable<StoredQueue> queues) throws IOException {
    Path next = file.resolveSibling("journal.next");
    try (BufferedWriter writer = Files.newBufferedWriter(next)) {
      for (StoredQueue queue : queues) {
        writer.write(line(Map.of("queue", queue.name(), "attributes", queue.attributes())));
      }
      for (StoredQueue queue : queues) {
        for (StoredMessage message : queue.messages()) {
          writer.write(line(Map.of("queue", queue.name(), "message", fields(message))));
        }
      }
    }
    replaceBy(next);
  }

  /** The old file is in use until the new one is in its place: a fault here loses nothing. */
  private void replaceBy(Path next) throws IOException {
    SeekableByteChannel opened = opener.open(next);
    try {
      long size = opened.size();
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
      confirmed = size;
    } catch (IOException fault) {
      opened.close();
      throw fault;
    }
    SeekableByteChannel before = channel;
    channel = opened;
    if (before != null) {
      before.close();
    }
  }

  void queue(StoredQueue queue) throws IOException {
    append(Map.of("queue", queue.name(), "attributes", queue.attributes()));
  }

  void noQueue(String name) throws IOException {
    append(Map.of("queue", name));
  }

  void message(StoredQueue queue, StoredMessage message) throws IOException {
    append(Map.of("queue", queue.name(), "message", fields(message)));
  }

  void noMessages(StoredQueue queue, List<String> ids) throws IOException {
    append(Map.of("queue", queue.name(), "deleted", ids));
  }

  long size() throws IOException {
    return channel.size();
  }

  private static Map<String, Object> fields(StoredMessage message) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", message.id());
    fields.put("sequence", message.sequence());
    fields.put("body", message.body());
    fields.put("attributes", message.attributes());
    fields.put("group", message.group());
    fields.put("sent", message.sent());
    fields.put("visible", message.visible());
    fields.put("received", message.received());
    fields.put("firstReceived", message.firstReceived());
    fields.put("receipt", message.receipt());
    return fields;
  }

  private static String line(Map<String, Object> fields) throws IOException {
    return JSON.std.asString(fields) + "\n";
  }

  private void append(Map<String, Object> fields) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(line(fields).getBytes(StandardCharsets.UTF_8));
    if (channel.size() > confirmed) {
      channel.truncate(confirmed); // half a line of a change that failed, as on a full disk
    }
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    confirmed += bytes.limit();
  }

  @Override
  public void close() throws IOException {
    if (channel != null) {
      channel.close();
    }
  }
}
