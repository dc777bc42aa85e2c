package skypost.protocol.pop3;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;
import skypost.protocol.sasl.TestScram;

/**
 * Users and maildrops of the transcripts, and what can go wrong with them: one event, after so many
 * holds.
 */
final class TestMaildrops implements Pop3Logins {
  /** A fault or another session's doing; in transcripts {@code @event other-session-holds}. */
  enum Event {
    OTHER_SESSION_HOLDS,
    OTHER_SESSION_REMOVED,
    CONTENT_LOST,
    STORAGE_DOWN,
    STORAGE_BREAKS_OFF,
    MAILBOXES_DOWN,
    HOLD_LOST,
    AUTHORIZER_DOWN
  }

  static final List<String> MESSAGES =
      List.of(
          "Subject: one\r\n\r\nHello Anna\r\n",
          "Subject: dots\r\n\r\n.\r\n..\r\n.a\r\nb.\r\n\r\nend\r\n",
          "Subject: unfinished\r\n\r\nno line end");

  final List<String> left = new CopyOnWriteArrayList<>(MESSAGES);
  private final Optional<Event> event;
  private final int after;
  private int holds;
  private boolean held;
  private int openStreams;

  /** Nothing goes wrong. */
  TestMaildrops() {
    this(Optional.empty(), 0);
  }

  /** Something goes wrong once the maildrop was held that often. */
  TestMaildrops(Optional<Event> event, int after) {
    this.event = event;
    this.after = after;
  }

  private synchronized boolean has(Event asked) {
    return event.isPresent() && event.get() == asked && holds >= after;
  }

  synchronized boolean isHeld() {
    return held;
  }

  synchronized int openStreams() {
    return openStreams;
  }

  @Override
  public Outcome login(String client, String username, String password) throws IOException {
    if (has(Event.AUTHORIZER_DOWN)) {
      throw new IOException("no authorizer");
    }
    if (username.equals("busy") && password.equals("secret")) {
      return new Outcome.InUse();
    }
    if (username.equals("empty") && password.equals("secret")) {
      return new Outcome.Opened(new Drop(List.of()));
    }
    if (List.of("安娜", "clara").contains(username) && password.equals("密码")) {
      return new Outcome.Opened(new Drop(MESSAGES, username));
    }
    return username.equals("anna") && List.of("pass word", "pässwörd").contains(password)
        ? new Outcome.Opened(new Drop(MESSAGES))
        : new Outcome.Refused();
  }

  @Override
  public ScramSalt scramSalt(String client, String username) throws IOException {
    if (has(Event.AUTHORIZER_DOWN)) {
      throw new IOException("no authorizer");
    }
    return TestScram.SALT;
  }

  @Override
  public Optional<ScramLogin> scramLogin(String client, ScramProof proof) {
    return TestScram.check("pass word", proof)
        .map(signature -> new ScramLogin(new EmailAddress(proof.username(), "x.test"), signature));
  }

  @Override
  public Optional<EmailAddress> tokenLogin(String client, Optional<String> authzid, String token)
      throws IOException {
    if (has(Event.AUTHORIZER_DOWN)) {
      throw new IOException("no authorizer");
    }
    return token.equals("good") && authzid.orElse("anna@x.test").equals("anna@x.test")
        ? Optional.of(new EmailAddress("anna", "x.test"))
        : Optional.empty();
  }

  @Override
  public Outcome open(String client, EmailAddress user) {
    return user.local().equals("busy")
        ? new Outcome.InUse()
        : new Outcome.Opened(new Drop(MESSAGES));
  }

  private final class Drop implements Maildrop {
    private final List<String> contents;
    private final boolean internationalized;
    private final boolean clears;

    Drop(List<String> contents) {
      this(contents, "");
    }

    Drop(List<String> contents, String kind) {
      this.contents = contents;
      this.internationalized = kind.equals("安娜");
      this.clears = kind.equals("clara");
    }

    @Override
    public boolean deletesRetrieved() {
      return clears;
    }

    @Override
    public Totals totals() {
      return new Totals(contents.size(), messages().stream().mapToLong(Message::octets).sum());
    }

    @Override
    public List<Message> messages() {
      List<Message> messages = new ArrayList<>();
      for (String content : contents) {
        int octets = content.length() + (content.endsWith("\r\n") ? 0 : 2);
        messages.add(new Message(messages.size() + 1, "id-" + (messages.size() + 1), octets));
      }
      return messages;
    }

    @Override
    public boolean hold() throws IOException, Overtaken {
      if (has(Event.MAILBOXES_DOWN)) {
        throw new IOException("no table");
      }
      if (has(Event.OTHER_SESSION_REMOVED)) {
        throw new Overtaken();
      }
      synchronized (TestMaildrops.this) {
        held = !has(Event.OTHER_SESSION_HOLDS);
        holds++;
        return held;
      }
    }

    @Override
    public InputStream open(Message message, Wanted wanted) throws IOException, Missing, NeedsUtf8 {
      if (has(Event.CONTENT_LOST)) {
        throw new Missing();
      }
      if (has(Event.STORAGE_DOWN)) {
        throw new IOException("no bucket");
      }
      if (internationalized && !wanted.utf8()) {
        throw new NeedsUtf8();
      }
      byte[] content = contents.get(message.number() - 1).getBytes(StandardCharsets.ISO_8859_1);
      return new Content(has(Event.STORAGE_BREAKS_OFF) ? Arrays.copyOf(content, 5) : content);
    }

    @Override
    public boolean remove(List<Message> messages) throws IOException {
      if (has(Event.MAILBOXES_DOWN)) {
        throw new IOException("no table");
      }
      if (has(Event.HOLD_LOST)) {
        return false;
      }
      messages.forEach(message -> left.remove(contents.get(message.number() - 1)));
      release();
      return true;
    }

    @Override
    public void release() {
      synchronized (TestMaildrops.this) {
        held = false;
      }
    }
  }

  private final class Content extends FilterInputStream {
    private final boolean breaksOff = has(Event.STORAGE_BREAKS_OFF);

    Content(byte[] bytes) {
      super(new ByteArrayInputStream(bytes));
      synchronized (TestMaildrops.this) {
        openStreams++;
      }
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count =
          super.read(bytes, offset, Math.min(length, 3)); // small pieces, as networks give them
      if (count < 0 && breaksOff) {
        throw new IOException("broke off");
      }
      return count;
    }

    @Override
    public void close() {
      synchronized (TestMaildrops.this) {
        openStreams--;
      }
    }
  }
}
