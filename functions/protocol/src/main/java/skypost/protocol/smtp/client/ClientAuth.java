package skypost.protocol.smtp.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import skypost.protocol.sasl.Sasl;
import skypost.protocol.sasl.ScramClient;
import skypost.protocol.smtp.SmtpReply;

/**
 * Logs in (RFC 4954): SCRAM-SHA-256 where it is offered, for then the server never sees the
 * password, or else PLAIN or LOGIN. Only called within TLS that is verified.
 */
final class ClientAuth {
  /** RFC 5321 section 4.5.3.1.4, without CRLF: what is longer goes after the 334. */
  private static final int MAX_COMMAND = 510;

  private static final int CONTINUE = 334; // RFC 4954 section 4
  private static final int NONCE_OCTETS = 18;
  private static final List<Sasl> KNOWN = List.of(Sasl.SCRAM_SHA_256, Sasl.PLAIN, Sasl.LOGIN);
  private static final SecureRandom CHANCE = new SecureRandom();

  private final Wire wire;
  private final ClientLogin login;
  private final Duration timeout;

  ClientAuth(Wire wire, ClientLogin login, Duration timeout) {
    this.wire = wire;
    this.login = login;
    this.timeout = timeout;
  }

  /**
   * Goes through with it.
   *
   * @return why not (4yz: it is our settings' fault, not the message's); empty when logged in
   */
  Optional<SmtpReply> logIn(Extensions extensions) throws IOException {
    List<String> offered =
        Arrays.asList(extensions.parameter("AUTH").toUpperCase(Locale.ROOT).split(" +"));
    Optional<Sasl> best = KNOWN.stream().filter(m -> offered.contains(m.mechanism())).findFirst();
    if (best.isEmpty()) {
      return Optional.of(failure("none of the mechanisms that we know is offered"));
    }
    SmtpReply end =
        switch (best.get()) {
          case SCRAM_SHA_256 -> scram();
          case PLAIN -> begin(Sasl.PLAIN, "\0" + login.username() + "\0" + login.password());
          default -> loginLogin();
        };
    return end.code() == 235 ? Optional.empty() : Optional.of(refusal(end));
  }

  private SmtpReply scram() throws IOException {
    byte[] nonce = new byte[NONCE_OCTETS];
    CHANCE.nextBytes(nonce);
    ScramClient scram =
        new ScramClient(
            login.username(), login.password(), Base64.getEncoder().encodeToString(nonce));
    SmtpReply first = begin(Sasl.SCRAM_SHA_256, scram.first());
    if (first.code() != CONTINUE) {
      return unproven(first);
    }
    Optional<String> answer = scram.last(challenge(first));
    if (answer.isEmpty()) {
      return cancel("a challenge that makes no sense");
    }
    SmtpReply last = respond(answer.get());
    if (last.code() != CONTINUE) {
      return unproven(last);
    }
    return scram.isProvenBy(challenge(last))
        ? respond("")
        : cancel("the server does not know the password");
  }

  /** RFC 5802 section 5: a success without the server's own proof is none. */
  private SmtpReply unproven(SmtpReply end) {
    return end.isPositive() ? failure("the server does not prove itself") : end;
  }

  private SmtpReply loginLogin() throws IOException {
    wire.command("AUTH LOGIN");
    SmtpReply username = wire.reply(timeout);
    if (username.code() != CONTINUE) {
      return username;
    }
    SmtpReply password = respond(login.username());
    return password.code() == CONTINUE ? respond(login.password()) : password;
  }

  private SmtpReply begin(Sasl mechanism, String initial) throws IOException {
    String command = "AUTH " + mechanism.mechanism();
    String response = Sasl.encode(initial.getBytes(UTF_8));
    if (command.length() + 1 + response.length() <= MAX_COMMAND) {
      wire.command(command + " " + response);
      return wire.reply(timeout);
    }
    wire.command(command);
    SmtpReply ready = wire.reply(timeout);
    return ready.code() == CONTINUE ? respond(initial) : ready;
  }

  private SmtpReply respond(String text) throws IOException {
    wire.command(Sasl.encode(text.getBytes(UTF_8)));
    return wire.reply(timeout);
  }

  private SmtpReply cancel(String why) throws IOException {
    wire.command("*"); // RFC 4954 section 4
    SmtpReply end = wire.reply(timeout);
    return end.isPositive() ? failure(why) : failure(why + ": " + end);
  }

  private static String challenge(SmtpReply reply) {
    return Sasl.decode(reply.lines().getFirst())
        .map(octets -> new String(octets, UTF_8))
        .orElse("");
  }

  private SmtpReply failure(String why) {
    // RFC 4954 section 6: 454 4.7.0, temporary authentication failure
    return SmtpReply.of(454, 7, 0, "cannot log in as " + login.username() + ": " + why);
  }

  /** However final the server's word is: somebody will correct the password, and mail waits. */
  private SmtpReply refusal(SmtpReply reply) {
    return reply.isTransient()
        ? reply
        // RFC 3463 section 3.8 and RFC 4954 section 6: X.7.8, authentication credentials invalid
        : SmtpReply.of(454, 7, 8, "login as " + login.username() + " was refused: " + reply);
  }
}
