package skypost.smtp;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import skypost.mail.authorize.Authorizer;
import skypost.mail.authorize.Authorizer.Counted;
import skypost.mail.authorize.Authorizer.Grant;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.ScramAnswer;
import skypost.mail.authorize.Authorizer.ScramQuestion;
import skypost.mail.authorize.Authorizer.ScramSaltQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.authorize.Authorizer.TokenQuestion;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;
import skypost.protocol.smtp.SmtpClient;
import skypost.protocol.smtp.SmtpGate;
import skypost.protocol.smtp.SmtpRecipient;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.SmtpSender;

/** One session's questions to AuthorizeFunction. What its login was granted needs no second one. */
final class AuthorizerGate implements SmtpGate {
  private static final SmtpReply OK = SmtpReply.of(250, 1, 5, "Ok");

  private static final SmtpReply TOO_MANY =
      SmtpReply.of(450, 7, 1, "Too many recipients within an hour, try again later");

  private static final SmtpReply GUESSING =
      SmtpReply.of(450, 7, 1, "Too many recipients that do not exist, try again later");

  private static final SmtpReply NETWORK_RATE =
      SmtpReply.of(450, 7, 1, "Too much mail from your network within an hour, try again later");

  private final Authorizer authorizer;
  private final Service service;
  private final SharedRates rates;
  private Optional<Counting> counting = Optional.empty();
  private final Set<EmailAddress> checked = new HashSet<>(); // of one message
  private Optional<SmtpSender> checkedFor = Optional.empty();
  private Grant grant = Grant.NONE;

  /**
   * A message that was counted before it came, so that nobody gets more of them through by having
   * many transactions at once.
   *
   * @param sender of its transaction; each MAIL brings an object of its own
   * @param giveBack for when it does not come
   */
  private record Counting(SmtpSender sender, Runnable giveBack) {}

  AuthorizerGate(Authorizer authorizer, Service service, SharedRates rates) {
    this.authorizer = authorizer;
    this.service = service;
    this.rates = rates;
  }

  @Override
  public Optional<EmailAddress> login(SmtpClient client, String username, String password)
      throws IOException {
    var question = new LoginQuestion(service, client.peer().address(), username, password);
    return granted(authorizer.login(question));
  }

  @Override
  public Optional<EmailAddress> tokenLogin(
      SmtpClient client, Optional<String> authzid, String token) throws IOException {
    var question = new TokenQuestion(service, client.peer().address(), authzid, token);
    return granted(authorizer.tokenLogin(question));
  }

  private Optional<EmailAddress> granted(LoginAnswer answer) {
    return switch (answer) {
      case LoginAnswer.Accepted(EmailAddress user, Grant granted) -> {
        grant = granted;
        yield Optional.of(user);
      }
      case LoginAnswer.Refused() -> Optional.empty();
    };
  }

  @Override
  public ScramSalt scramSalt(SmtpClient client, String username) throws IOException {
    return authorizer.scramSalt(new ScramSaltQuestion(service, client.peer().address(), username));
  }

  @Override
  public Optional<ScramLogin> scramLogin(SmtpClient client, ScramProof proof) throws IOException {
    var question = new ScramQuestion(service, client.peer().address(), proof);
    return switch (authorizer.scramLogin(question)) {
      case ScramAnswer.Accepted(ScramLogin login, Grant granted) -> {
        grant = granted;
        yield Optional.of(login);
      }
      case ScramAnswer.Refused() -> Optional.empty();
    };
  }

  @Override
  public List<SmtpReply> recipients(
      SmtpClient client, SmtpSender sender, List<SmtpRecipient> recipients) throws IOException {
    if (client.login().isEmpty() && !rates.hasLeft(Counted.REFUSALS, client.peer().address())) {
      return Collections.nCopies(recipients.size(), GUESSING); // and nobody is asked
    }
    List<EmailAddress> asked =
        recipients.stream()
            .map(SmtpRecipient::address)
            .filter(recipient -> !isGranted(client, sender, recipient))
            .toList();
    var answers =
        asked.isEmpty()
            ? List.<RecipientAnswer>of().iterator()
            : ask(client, sender, asked).iterator();
    List<SmtpReply> replies = new ArrayList<>();
    for (SmtpRecipient recipient : recipients) {
      if (isGranted(client, sender, recipient.address())) {
        replies.add(withinRate(client, sender, OK));
        continue;
      }
      RecipientAnswer answer = answers.next();
      if (answer.check()) {
        rememberCheck(sender, recipient.address());
      }
      replies.add(withinRate(client, sender, reply(answer)));
    }
    return replies;
  }

  /** Each MAIL brings a sender object of its own. */
  private void rememberCheck(SmtpSender sender, EmailAddress recipient) {
    if (checkedFor.isEmpty() || checkedFor.get() != sender) {
      checked.clear();
      checkedFor = Optional.of(sender);
    }
    checked.add(recipient);
  }

  /**
   * Whether mail to them may be refused because of its sender: there is one reply for all, so all
   * of their domains must want that.
   */
  boolean wantsCheck(List<SmtpRecipient> recipients) {
    return recipients.stream().map(SmtpRecipient::address).allMatch(checked::contains);
  }

  /** Who is refused anyway uses nothing up but refusals. */
  private SmtpReply withinRate(SmtpClient client, SmtpSender sender, SmtpReply reply) {
    if (!reply.isPositive()) {
      if (reply.isPermanent() && client.login().isEmpty()) {
        rates.take(Counted.REFUSALS, client.peer().address());
      }
      return reply;
    }
    if (client.login().isPresent()) {
      String user = client.login().get().toString();
      return rates.take(Counted.USER_RECIPIENTS, user) ? reply : TOO_MANY;
    }
    String address = client.peer().address();
    return countMessage(address, sender) && rates.take(Counted.RECIPIENTS, address)
        ? reply
        : NETWORK_RATE;
  }

  private boolean countMessage(String client, SmtpSender sender) {
    if (counting.isPresent() && counting.get().sender() == sender) {
      return true;
    }
    noMessage(); // of the transaction before
    counting =
        rates.reserve(Counted.MESSAGES, client).map(giveBack -> new Counting(sender, giveBack));
    return counting.isPresent();
  }

  /** The transaction's message has been accepted. */
  void message() {
    counting = Optional.empty();
  }

  /** The transaction is over without a message: it was not used. */
  void noMessage() {
    counting.ifPresent(message -> message.giveBack().run());
    counting = Optional.empty();
  }

  private boolean isGranted(SmtpClient client, SmtpSender sender, EmailAddress recipient) {
    return client.login().isPresent() && grant.covers(sender.address(), recipient);
  }

  private List<RecipientAnswer> ask(SmtpClient client, SmtpSender sender, List<EmailAddress> asked)
      throws IOException {
    List<RecipientAnswer> answers =
        authorizer.recipients(
            new RecipientsQuestion(
                service,
                client.peer().address(),
                client.helo(),
                client.login(),
                sender.address(),
                sender.size(),
                asked));
    if (answers.size() != asked.size()) {
      throw new IOException(answers.size() + " answers to " + asked.size() + " recipients");
    }
    return answers;
  }

  /** An answer that contradicts itself accepts nobody. */
  private static SmtpReply reply(RecipientAnswer answer) {
    if (answer.accepted() == answer.reply().isPositive()) {
      return answer.reply();
    }
    return SmtpReply.of(451, 3, 0, "Cannot decide on this recipient now, try again later");
  }
}
