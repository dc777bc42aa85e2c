package skypost.mail.directory;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.LocalDate;
import java.util.Base64;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import skypost.protocol.sasl.ScramSalt;

/**
 * A password that was generated for one program, and can be taken back alone. It begins with its
 * own id, so that a login looks at one of them and never tries them all.
 *
 * <p>A plain SHA-256 is kept of it. A slow, salted hash protects passwords that people choose, for
 * those can be guessed; there is nothing to guess in 120 bits of chance.
 *
 * @param id its first part
 * @param name what the user calls the program
 * @param created day in UTC
 * @param digest SHA-256 in base64
 * @param scram its keys under the user's salt
 */
public record AppPassword(
    String id, String name, LocalDate created, String digest, Optional<ScramKeys> scram) {
  /** How many a user may have: they share one item with the password, which stays below 8 KB. */
  public static final int MOST = 20;

  private static final String ALPHABET = "abcdefghijkmnpqrstuvwxyz23456789"; // no l, o, 0 and 1
  private static final int ID_LENGTH = 6;
  private static final int GROUPS = 4;
  private static final int GROUP_LENGTH = 6; // 5 bits each: 120 bits in four groups
  private static final Pattern FORM =
      Pattern.compile("([a-z2-9]{6})(?:-[a-z2-9]{6}){" + GROUPS + "}");

  /** A new one, and the only time that its text is seen. */
  public record Generated(AppPassword password, String text) {
    @Override
    public String toString() {
      return "Generated[" + password.id + "]"; // no secrets in logs
    }
  }

  /** Generates one. */
  public static Generated generate(
      String name, LocalDate today, ScramSalt salt, SecureRandom random) {
    StringBuilder text = new StringBuilder(letters(ID_LENGTH, random));
    for (int group = 0; group < GROUPS; group++) {
      text.append('-').append(letters(GROUP_LENGTH, random));
    }
    String password = text.toString();
    return new Generated(
        new AppPassword(
            password.substring(0, ID_LENGTH),
            name,
            today,
            digest(password),
            ScramKeys.of(password, salt)),
        password);
  }

  /** The id of the app password that a text would be; empty when it is none for sure. */
  public static Optional<String> idIn(String password) {
    Matcher form = FORM.matcher(password);
    return form.matches() ? Optional.of(form.group(1)) : Optional.empty();
  }

  /** Whether this is the password. */
  public boolean matches(String password) {
    return MessageDigest.isEqual(
        digest(password).getBytes(StandardCharsets.US_ASCII),
        digest.getBytes(StandardCharsets.US_ASCII));
  }

  private static String digest(String password) {
    return Base64.getEncoder()
        .encodeToString(Keyed.sha256(password.getBytes(StandardCharsets.UTF_8)));
  }

  private static String letters(int count, SecureRandom random) {
    return random
        .ints(count, 0, ALPHABET.length())
        .mapToObj(i -> ALPHABET.substring(i, i + 1))
        .collect(java.util.stream.Collectors.joining());
  }

  @Override
  public String toString() {
    return "AppPassword[" + id + "]"; // no secrets in logs
  }
}
