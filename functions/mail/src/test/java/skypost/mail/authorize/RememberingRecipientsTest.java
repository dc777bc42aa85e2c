package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.contract.TestClock;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramSalt;
import skypost.protocol.smtp.SmtpReply;

class RememberingRecipientsTest {
  private final List<String> asked = new ArrayList<>();
  private Instant now = Instant.parse("2026-11-25T08:00:00Z");
  private boolean unreachable;
  private final RememberingRecipients remembering =
      new RememberingRecipients(new Known(), Duration.ofSeconds(60), TestClock.of(() -> now));

  @Test
  void anAcceptanceIsRememberedForAMinuteAndARefusalForTenSeconds() throws IOException {
    assertThat(codes("192.0.2.1", "alice", "nobody")).containsExactly(250, 550);
    now = now.plusSeconds(9);
    assertThat(codes("192.0.2.1", "nobody", "alice", "nobody")).containsExactly(550, 250, 550);
    assertThat(asked).containsExactly("alice", "nobody");

    now = now.plusSeconds(1);
    codes("192.0.2.1", "alice", "nobody");
    assertThat(asked).containsExactly("alice", "nobody", "nobody");

    now = now.plusSeconds(50);
    codes("192.0.2.1", "alice");
    assertThat(asked).endsWith("nobody", "alice");
  }

  @Test
  void whatRestsOnAQuotaIsAskedEachTime() throws IOException {
    for (int i = 0; i < 3; i++) {
      assertThat(codes("192.0.2.1", "full", "limited")).containsExactly(452, 250);
    }
    assertThat(asked).hasSize(6);
  }

  @Test
  void anotherClientOrSenderIsAnotherQuestion() throws IOException {
    codes("192.0.2.1", "alice");
    codes("192.0.2.2", "alice");
    remembering.recipients(question("192.0.2.1", "other@b.test", "alice"));
    assertThat(asked).hasSize(3);
  }

  @Test
  void withoutAnAnswerAllIsForgotten() throws IOException {
    codes("192.0.2.1", "alice");
    unreachable = true;
    assertThatThrownBy(() -> codes("192.0.2.1", "bob")).isInstanceOf(IOException.class);
    assertThatThrownBy(() -> codes("192.0.2.1", "alice")).isInstanceOf(IOException.class);
    unreachable = false;
    assertThat(codes("192.0.2.1", "alice")).containsExactly(250);
  }

  private List<Integer> codes(String client, String... recipients) throws IOException {
    return remembering.recipients(question(client, "sender@b.test", recipients)).stream()
        .map(answer -> answer.reply().code())
        .toList();
  }

  private static RecipientsQuestion question(String client, String sender, String... recipients) {
    return new RecipientsQuestion(
        Service.INBOUND,
        client,
        "helo",
        Optional.empty(),
        EmailAddress.parse(sender),
        0,
        Arrays.stream(recipients).map(local -> new EmailAddress(local, "example.com")).toList());
  }

  private final class Known implements Authorizer {
    @Override
    public ScramSalt scramSalt(ScramSaltQuestion question) {
      throw new UnsupportedOperationException("only recipients are asked here");
    }

    @Override
    public LoginAnswer tokenLogin(TokenQuestion question) {
      throw new UnsupportedOperationException("only recipients are asked here");
    }

    @Override
    public ScramAnswer scramLogin(ScramQuestion question) {
      throw new UnsupportedOperationException("only recipients are asked here");
    }

    @Override
    public LoginAnswer login(LoginQuestion question) {
      return new LoginAnswer.Refused();
    }

    @Override
    public List<RecipientAnswer> recipients(RecipientsQuestion question) throws IOException {
      if (unreachable) {
        throw new IOException("nobody answers");
      }
      question.recipients().forEach(recipient -> asked.add(recipient.local()));
      return question.recipients().stream().map(this::answer).toList();
    }

    private RecipientAnswer answer(EmailAddress recipient) {
      return switch (recipient.local()) {
        case "nobody" -> new RecipientAnswer(false, SmtpReply.of(550, 1, 1, "no"), "no-mailbox");
        case "full" -> new RecipientAnswer(false, SmtpReply.of(452, 2, 2, "full"), "over-quota");
        case "limited" ->
            new RecipientAnswer(true, SmtpReply.of(250, 1, 5, "ok"), "local-recipient", false);
        default -> new RecipientAnswer(true, SmtpReply.of(250, 1, 5, "ok"), "local-recipient");
      };
    }
  }
}
