package skypost.mail.authorize;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;

/**
 * Remembers for a moment what was answered about a recipient, so that a peer that sends message
 * after message costs one invocation a minute, and one that guesses addresses not one a guess.
 *
 * <p>Kept by all that an answer may rest on: the door, the client's address, the login, the sender
 * and the recipient. Not by the size, for an answer that rests on a quota is not {@linkplain
 * RecipientAnswer#lasting() lasting}, nor is any that is temporary. When a question finds no
 * answer, all is forgotten. An account that is removed may so be accepted for that moment more; its
 * mail bounces then.
 */
public final class RememberingRecipients implements Authorizer {
  private static final int MAX_ANSWERS = 10_000; // about 5 MB
  private static final int REFUSALS = 6; // a refusal is kept for that part of the time

  private final Authorizer authorizer;
  private final Duration memory;
  private final Clock clock;
  private final Map<Key, Remembered> answers =
      new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Remembered> eldest) {
          return size() > MAX_ANSWERS;
        }
      };

  private record Key(
      Service service,
      String client,
      Optional<EmailAddress> login,
      Optional<EmailAddress> sender,
      EmailAddress recipient) {
    static Key of(RecipientsQuestion question, EmailAddress recipient) {
      return new Key(
          question.service(), question.client(), question.login(), question.sender(), recipient);
    }
  }

  private record Remembered(RecipientAnswer answer, Instant until) {}

  /**
   * @param memory how long an acceptance is remembered; a refusal a sixth of it
   */
  public RememberingRecipients(Authorizer authorizer, Duration memory, Clock clock) {
    this.authorizer = authorizer;
    this.memory = memory;
    this.clock = clock;
  }

  @Override
  public ScramSalt scramSalt(ScramSaltQuestion question) throws IOException {
    return authorizer.scramSalt(question);
  }

  @Override
  public LoginAnswer tokenLogin(TokenQuestion question) throws IOException {
    return authorizer.tokenLogin(question);
  }

  @Override
  public ScramAnswer scramLogin(ScramQuestion question) throws IOException {
    return authorizer.scramLogin(question);
  }

  @Override
  public LoginAnswer login(LoginQuestion question) throws IOException {
    return authorizer.login(question);
  }

  @Override
  public SpendAnswer spend(SpendQuestion question) throws IOException {
    return authorizer.spend(question);
  }

  @Override
  public HoldAnswer hold(HoldQuestion question) throws IOException {
    return authorizer.hold(question);
  }

  @Override
  public List<RecipientAnswer> recipients(RecipientsQuestion question) throws IOException {
    Map<EmailAddress, RecipientAnswer> known = new LinkedHashMap<>();
    Set<EmailAddress> unknown = new LinkedHashSet<>();
    for (EmailAddress recipient : question.recipients()) {
      recall(Key.of(question, recipient))
          .ifPresentOrElse(answer -> known.put(recipient, answer), () -> unknown.add(recipient));
    }
    if (!unknown.isEmpty()) {
      known.putAll(ask(question, List.copyOf(unknown)));
    }
    return question.recipients().stream().map(known::get).toList();
  }

  private Map<EmailAddress, RecipientAnswer> ask(
      RecipientsQuestion question, List<EmailAddress> recipients) throws IOException {
    List<RecipientAnswer> answered = new ArrayList<>();
    try {
      answered.addAll(authorizer.recipients(question.about(recipients)));
      if (answered.size() != recipients.size()) {
        throw new IOException(answered.size() + " answers to " + recipients.size() + " recipients");
      }
    } catch (IOException | RuntimeException fault) {
      forget();
      throw fault;
    }
    Map<EmailAddress, RecipientAnswer> found = new LinkedHashMap<>();
    for (int i = 0; i < recipients.size(); i++) {
      found.put(recipients.get(i), answered.get(i));
      if (answered.get(i).lasting()) {
        remember(Key.of(question, recipients.get(i)), answered.get(i));
      }
    }
    return found;
  }

  private synchronized Optional<RecipientAnswer> recall(Key key) {
    Remembered remembered = answers.get(key);
    if (remembered != null && !remembered.until().isAfter(clock.instant())) {
      answers.remove(key);
      return Optional.empty();
    }
    return Optional.ofNullable(remembered).map(Remembered::answer);
  }

  private synchronized void remember(Key key, RecipientAnswer answer) {
    Duration time = answer.accepted() ? memory : memory.dividedBy(REFUSALS);
    answers.remove(key); // so that the eldest goes first
    answers.put(key, new Remembered(answer, clock.instant().plus(time)));
  }

  private synchronized void forget() {
    answers.clear();
  }
}
