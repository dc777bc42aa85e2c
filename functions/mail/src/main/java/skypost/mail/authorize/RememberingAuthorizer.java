package skypost.mail.authorize;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;

/**
 * Remembers a confirmed login for a few minutes, so that a client that polls does not cost an
 * Argon2id check each time. A password is kept as an HMAC-SHA256 under a key of this process alone,
 * which is worth nothing outside it.
 *
 * <p>So a changed password works for up to that time more at a front that knew it. Refusals are
 * never remembered, nor is what a login was granted: whoever is recalled is asked about, so that a
 * relay rule holds from the next session on, for one invocation a session as at a first login.
 */
public final class RememberingAuthorizer implements Authorizer {
  /** How long a login is remembered. */
  public static final Duration MEMORY = Duration.ofMinutes(5);

  private static final int MAX_LOGINS = 10_000; // about 5 MB
  private static final String HMAC = "HmacSHA256";

  private final Authorizer authorizer;
  private final Clock clock;
  private final SecretKeySpec key;
  private final Map<String, Remembered> logins = new LinkedHashMap<>();

  private record Remembered(EmailAddress user, Instant until) {}

  public RememberingAuthorizer(Authorizer authorizer, Clock clock) {
    this.authorizer = authorizer;
    this.clock = clock;
    byte[] chance = new byte[32];
    new SecureRandom().nextBytes(chance);
    this.key = new SecretKeySpec(chance, HMAC);
  }

  @Override
  public LoginAnswer login(LoginQuestion question) throws IOException {
    String fingerprint = fingerprint(question);
    Optional<LoginAnswer.Accepted> known = recall(fingerprint);
    if (known.isPresent()) {
      return known.get();
    }
    LoginAnswer answer = authorizer.login(question);
    if (answer instanceof LoginAnswer.Accepted accepted) {
      remember(fingerprint, accepted.user());
    }
    return answer;
  }

  @Override
  public ScramSalt scramSalt(ScramSaltQuestion question) throws IOException {
    return authorizer.scramSalt(question);
  }

  /** Never remembered: each proof is another one. */
  @Override
  public ScramAnswer scramLogin(ScramQuestion question) throws IOException {
    return authorizer.scramLogin(question);
  }

  /** Never remembered: a token ends when it says so, and checking it is cheap. */
  @Override
  public LoginAnswer tokenLogin(TokenQuestion question) throws IOException {
    return authorizer.tokenLogin(question);
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
    return authorizer.recipients(question);
  }

  private synchronized Optional<LoginAnswer.Accepted> recall(String fingerprint) {
    forget();
    return Optional.ofNullable(logins.get(fingerprint))
        .map(known -> new LoginAnswer.Accepted(known.user(), Grant.NONE));
  }

  private synchronized void remember(String fingerprint, EmailAddress user) {
    logins.remove(fingerprint); // so that the order stays that of expiry
    logins.put(fingerprint, new Remembered(user, clock.instant().plus(MEMORY)));
    if (logins.size() > MAX_LOGINS) {
      var oldest = logins.keySet().iterator();
      oldest.next();
      oldest.remove();
    }
  }

  private void forget() {
    Instant now = clock.instant();
    var oldest = logins.values().iterator();
    while (oldest.hasNext() && !oldest.next().until().isAfter(now)) {
      oldest.remove();
    }
  }

  /** Over service, name and password; the length of the name keeps the parts apart. */
  private String fingerprint(LoginQuestion question) {
    try {
      Mac mac = Mac.getInstance(HMAC);
      mac.init(key);
      mac.update(
          (question.service() + " " + question.username().length() + " " + question.username())
              .getBytes(UTF_8));
      return HexFormat.of().formatHex(mac.doFinal(question.password().getBytes(UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // every JDK has HmacSHA256
    }
  }
}
