package skypost.protocol.smtp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;
import skypost.protocol.sasl.TestScram;

/**
 * Knows alice@example.com (password "open sesame", token "good") and bob@example.com; {@code down@}
 * makes it unreachable, {@code whoami@} tells the client's address.
 */
public final class ListGate implements SmtpGate {
  private static final List<String> MAILBOXES =
      List.of("alice@example.com", "bob@example.com", "postmaster@mx.test");
  private final List<Integer> questions = new ArrayList<>();

  /** How many recipients each question asked about. */
  public List<Integer> questions() {
    return questions;
  }

  @Override
  public Optional<EmailAddress> login(SmtpClient client, String username, String password)
      throws IOException {
    if (username.startsWith("down@")) {
      throw new IOException("nobody answers");
    }
    boolean right = username.equals("alice@example.com") && password.equals("open sesame");
    return right ? EmailAddress.parse(username) : Optional.empty();
  }

  @Override
  public ScramSalt scramSalt(SmtpClient client, String username) throws IOException {
    if (username.startsWith("down@")) {
      throw new IOException("nobody answers");
    }
    return TestScram.SALT;
  }

  @Override
  public Optional<ScramLogin> scramLogin(SmtpClient client, ScramProof proof) throws IOException {
    if (proof.username().startsWith("out@")) {
      throw new IOException("nobody answers");
    }
    return TestScram.check("open sesame", proof)
        .filter(signature -> proof.username().equals("alice@example.com"))
        .map(signature ->
            new ScramLogin(EmailAddress.parse(proof.username()).orElseThrow(), signature));
  }

  @Override
  public Optional<EmailAddress> tokenLogin(
      SmtpClient client, Optional<String> authzid, String token) throws IOException {
    if (token.equals("down")) {
      throw new IOException("nobody answers");
    }
    return token.equals("good") && authzid.orElse("alice@example.com").equals("alice@example.com")
        ? EmailAddress.parse("alice@example.com")
        : Optional.empty();
  }

  @Override
  public List<SmtpReply> recipients(
      SmtpClient client, SmtpSender sender, List<SmtpRecipient> recipients) throws IOException {
    questions.add(recipients.size());
    List<SmtpReply> replies = new ArrayList<>();
    for (SmtpRecipient recipient : recipients) {
      if (recipient.address().local().equals("down")) {
        throw new IOException("nobody answers");
      }
      if (recipient.address().local().equals("whoami")) {
        replies.add(SmtpReply.of(550, 7, 1, "You are " + client.peer().address()));
        continue;
      }
      boolean local =
          recipient.address().domain().equals("example.com")
              || recipient.address().domain().equals("mx.test");
      if (client.login().isPresent()
          || MAILBOXES.contains(recipient.address().canonical().toString())) {
        replies.add(SmtpReply.of(250, 1, 5, "Ok"));
      } else {
        replies.add(
            local
                ? SmtpReply.of(550, 1, 1, "No such user")
                : SmtpReply.of(550, 7, 1, "Relay access denied"));
      }
    }
    return replies;
  }
}
