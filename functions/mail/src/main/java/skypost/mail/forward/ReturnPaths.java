package skypost.mail.forward;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import skypost.mail.message.MessageId;
import skypost.protocol.address.EmailAddress;

/**
 * Makes and reads the senders of forwarded mail, so that SPF (RFC 7208) finds our own domain there
 * and bounces find their way back to the first sender.
 *
 * <ul>
 *   <li>{@code SRS0=hash=day=domain=local@ours} for an ordinary sender;
 *   <li>{@code SRS1=hash=domain==…@ours} for one that another forwarder has rewritten: the bounce
 *       skips those between him and us;
 *   <li>{@code return=hash=message@ours} where the first two do not fit into the 64 octets of a
 *       local part, or the sender's needs quotes or UTF-8: the message's receipt knows him.
 * </ul>
 *
 * <p>The hash keeps strangers from making such addresses: without it we would be an open relay for
 * mail with a null sender. It is compared without regard to case, because some servers change it.
 */
public final class ReturnPaths {
  /** How long bounces come back: longer than any server tries. */
  public static final Duration VALIDITY = Duration.ofDays(21);

  /** Fewer characters than this are no secret. */
  public static final int LEAST_SECRET = 16;

  /** Knows no secret: senders stay as they are, and no address is a return path. */
  public static final ReturnPaths NONE = new ReturnPaths(List.of());

  private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
  private static final int HASH_DIGITS = 6; // 30 bits; every guess is a RCPT that is refused
  private static final int DAYS = 1024; // two digits of base32: the day stamp starts anew
  private static final Pattern SRS0 =
      Pattern.compile("(?i)SRS0[=+-]([^=]+)=([A-Z2-7]{2})=([^=]+)=(.+)");
  private static final Pattern SRS0_OF_ANYONE = Pattern.compile("(?i)SRS0([=+-][^=]+=.+)");
  private static final Pattern SRS1 =
      Pattern.compile("(?i)SRS1[=+-]([^=]+)=([^=]+)=([=+-][^=]+=.+)");
  private static final Pattern RETURN = Pattern.compile("(?i)return=([A-Z2-7]+)=([0-9a-z]{20})");

  private final List<byte[]> secrets;

  /**
   * @param secrets the first makes hashes, all of them check: a secret is changed by putting the
   *     new one in front, and the old one is taken away after {@link #VALIDITY}
   */
  public ReturnPaths(List<String> secrets) {
    this.secrets = secrets.stream().map(secret -> secret.getBytes(StandardCharsets.UTF_8)).toList();
  }

  /**
   * The sender that a message is forwarded with.
   *
   * @param sender its sender, of a domain that is not ours
   * @param domain the local domain on whose behalf it is forwarded
   * @param message the message; its time is the day stamp, so that a repeated step makes the same
   */
  public EmailAddress rewrite(EmailAddress sender, String domain, MessageId message) {
    if (secrets.isEmpty()) {
      return sender;
    }
    String id = message.toString();
    return plain(rewritten(sender, day(message.acceptedAt())), domain)
        .orElseGet(
            () -> new EmailAddress("return=" + hash(secrets.getFirst(), id) + "=" + id, domain));
  }

  private String rewritten(EmailAddress sender, long day) {
    byte[] secret = secrets.getFirst();
    Matcher again = SRS1.matcher(sender.local());
    if (again.matches()) {
      String first = again.group(2) + "=" + again.group(3);
      return "SRS1=" + hash(secret, first) + "=" + first;
    }
    Matcher once = SRS0_OF_ANYONE.matcher(sender.local());
    if (once.matches()) {
      String first = sender.domain() + "=" + once.group(1);
      return "SRS1=" + hash(secret, first) + "=" + first;
    }
    String stamped = stamp(day) + "=" + sender.domain() + "=" + sender.local();
    return "SRS0=" + hash(secret, stamped) + "=" + stamped;
  }

  /** An address that every server takes as it is: ASCII, without quotes, of bounded length. */
  private static Optional<EmailAddress> plain(String local, String domain) {
    return EmailAddress.parse(local + "@" + domain)
        .filter(address -> !address.isInternationalized() && address.local().equals(local));
  }

  /** What an address of a local domain is at a moment. */
  public ReturnPath read(EmailAddress address, Instant now) {
    String local = address.local();
    if (secrets.isEmpty()) {
      return new ReturnPath.None();
    }
    Matcher srs0 = SRS0.matcher(local);
    if (srs0.matches()) {
      String stamp = srs0.group(2);
      String signed = stamp + "=" + srs0.group(3) + "=" + srs0.group(4);
      return judge(srs0.group(1), signed, isFresh(stamp, now), srs0.group(4) + "@" + srs0.group(3));
    }
    Matcher srs1 = SRS1.matcher(local);
    if (srs1.matches()) { // no day stamp: the forwarder that it goes to looks at his own
      String signed = srs1.group(2) + "=" + srs1.group(3);
      return judge(srs1.group(1), signed, true, "SRS0" + srs1.group(3) + "@" + srs1.group(2));
    }
    Matcher ours = RETURN.matcher(local);
    if (!ours.matches()) {
      return new ReturnPath.None();
    }
    Optional<MessageId> id = MessageId.parse(ours.group(2).toLowerCase(Locale.ROOT));
    if (id.isEmpty() || !isSigned(ours.group(1), id.get().toString())) {
      return new ReturnPath.Forged();
    }
    return id.get().acceptedAt().plus(VALIDITY).isBefore(now)
        ? new ReturnPath.Expired()
        : new ReturnPath.ToSenderOf(id.get());
  }

  private ReturnPath judge(String hash, String signed, boolean isFresh, String sender) {
    Optional<EmailAddress> to = EmailAddress.parse(sender);
    if (to.isEmpty() || !isSigned(hash, signed)) {
      return new ReturnPath.Forged();
    }
    return isFresh ? new ReturnPath.ToSender(to.get()) : new ReturnPath.Expired();
  }

  private boolean isSigned(String hash, String signed) {
    byte[] given = hash.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8);
    boolean found = false;
    for (byte[] secret : secrets) {
      found |= MessageDigest.isEqual(hash(secret, signed).getBytes(StandardCharsets.UTF_8), given);
    }
    return found;
  }

  private static String hash(byte[] secret, String text) {
    try {
      Mac mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret, "HmacSHA256"));
      byte[] all = mac.doFinal(text.toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
      long bits = java.nio.ByteBuffer.wrap(all).getLong();
      StringBuilder digits = new StringBuilder();
      for (int i = 0; i < HASH_DIGITS; i++) {
        digits.append(BASE32.charAt((int) (bits & 31)));
        bits >>>= 5;
      }
      return digits.toString();
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible); // every JDK has HMAC-SHA-256
    }
  }

  private static long day(Instant at) {
    return Math.floorDiv(at.getEpochSecond(), Duration.ofDays(1).toSeconds());
  }

  private static String stamp(long day) {
    int number = (int) Math.floorMod(day, (long) DAYS);
    return "" + BASE32.charAt(number >> 5) + BASE32.charAt(number & 31);
  }

  private static boolean isFresh(String stamp, Instant now) {
    String digits = stamp.toUpperCase(Locale.ROOT);
    int then = BASE32.indexOf(digits.charAt(0)) << 5 | BASE32.indexOf(digits.charAt(1));
    long age = Math.floorMod(day(now) - then, (long) DAYS);
    return age <= VALIDITY.toDays() || age == DAYS - 1; // a clock that is ahead at midnight
  }
}
