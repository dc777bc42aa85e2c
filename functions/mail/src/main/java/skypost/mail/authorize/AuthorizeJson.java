package skypost.mail.authorize;

import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.authorize.Authorizer.Counted;
import skypost.mail.authorize.Authorizer.Grant;
import skypost.mail.authorize.Authorizer.HoldAnswer;
import skypost.mail.authorize.Authorizer.HoldQuestion;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.ScramAnswer;
import skypost.mail.authorize.Authorizer.ScramQuestion;
import skypost.mail.authorize.Authorizer.ScramSaltQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.authorize.Authorizer.SpendAnswer;
import skypost.mail.authorize.Authorizer.SpendQuestion;
import skypost.mail.authorize.Authorizer.TokenQuestion;
import skypost.mail.directory.Postmaster;
import skypost.mail.json.Fields;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;

/** What the fronts and AuthorizeFunction say to each other, in JSON. */
public final class AuthorizeJson {
  private AuthorizeJson() {}

  /** All that decides. */
  public record Decisions(
      AuthorizeLogin logins,
      AuthorizeRecipients recipients,
      Postmaster postmaster,
      CountTogether counts) {}

  /** Answers a question that came as JSON: the whole of AuthorizeFunction. */
  public static byte[] answer(byte[] question, Decisions decisions) throws IOException {
    Fields fields = Fields.read(question);
    AuthorizeLogin logins = decisions.logins();
    return switch (fields.text("ask")) {
      case "login" -> write(logins.decide(readLoginQuestion(fields)));
      case "scram-salt" -> write(logins.decide(readScramSaltQuestion(fields)));
      case "scram" -> write(logins.decide(readScramQuestion(fields)));
      case "token" -> write(logins.decide(readTokenQuestion(fields)));
      case "recipients" ->
          write(
              decisions
                  .recipients()
                  .decide(atHome(readRecipientsQuestion(fields), decisions.postmaster())));
      case "spend" -> write(decisions.counts().decide(readSpendQuestion(fields)));
      case "hold" -> write(decisions.counts().decide(readHoldQuestion(fields)));
      default ->
          throw new IOException("not a question for AuthorizeFunction: " + fields.text("ask"));
    };
  }

  private static RecipientsQuestion atHome(RecipientsQuestion question, Postmaster postmaster)
      throws IOException {
    List<EmailAddress> recipients = new ArrayList<>();
    for (EmailAddress recipient : question.recipients()) {
      recipients.add(postmaster.home(recipient));
    }
    return question.about(recipients);
  }

  public static byte[] write(LoginQuestion question) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("ask", "login");
    fields.put("service", question.service().name());
    fields.put("client", question.client());
    fields.put("username", question.username());
    fields.put("password", question.password());
    return Fields.bytes(fields);
  }

  private static LoginQuestion readLoginQuestion(Fields fields) throws IOException {
    return new LoginQuestion(
        service(fields), fields.text("client"), fields.text("username"), fields.text("password"));
  }

  public static byte[] write(ScramSaltQuestion question) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("ask", "scram-salt");
    fields.put("service", question.service().name());
    fields.put("client", question.client());
    fields.put("username", question.username());
    return Fields.bytes(fields);
  }

  private static ScramSaltQuestion readScramSaltQuestion(Fields fields) throws IOException {
    return new ScramSaltQuestion(service(fields), fields.text("client"), fields.text("username"));
  }

  public static byte[] write(ScramQuestion question) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("ask", "scram");
    fields.put("service", question.service().name());
    fields.put("client", question.client());
    fields.put("username", question.proof().username());
    fields.put("exchange", question.proof().authMessage());
    fields.put("proof", question.proof().proof());
    return Fields.bytes(fields);
  }

  private static ScramQuestion readScramQuestion(Fields fields) throws IOException {
    return new ScramQuestion(
        service(fields),
        fields.text("client"),
        new ScramProof(fields.text("username"), fields.text("exchange"), fields.text("proof")));
  }

  public static byte[] write(TokenQuestion question) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("ask", "token");
    fields.put("service", question.service().name());
    fields.put("client", question.client());
    question.authzid().ifPresent(authzid -> fields.put("authzid", authzid));
    fields.put("token", question.token());
    return Fields.bytes(fields);
  }

  private static TokenQuestion readTokenQuestion(Fields fields) throws IOException {
    return new TokenQuestion(
        service(fields),
        fields.text("client"),
        fields.optionalText("authzid"),
        fields.text("token"));
  }

  public static byte[] write(RecipientsQuestion question) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("ask", "recipients");
    fields.put("service", question.service().name());
    fields.put("client", question.client());
    fields.put("helo", question.helo());
    question.login().ifPresent(login -> fields.put("login", login.toString()));
    question.sender().ifPresent(sender -> fields.put("sender", sender.toString()));
    fields.put("size", question.size());
    fields.put("recipients", texts(question.recipients()));
    return Fields.bytes(fields);
  }

  private static RecipientsQuestion readRecipientsQuestion(Fields fields) throws IOException {
    return new RecipientsQuestion(
        service(fields),
        fields.text("client"),
        fields.text("helo"),
        fields.optionalAddress("login"),
        fields.optionalAddress("sender"),
        fields.number("size"),
        fields.addresses("recipients"));
  }

  public static byte[] write(SpendQuestion question) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("ask", "spend");
    fields.put("what", question.what().name());
    fields.put("whose", question.whose());
    fields.put("spent", question.spent().toMillis());
    return Fields.bytes(fields);
  }

  private static SpendQuestion readSpendQuestion(Fields fields) throws IOException {
    return new SpendQuestion(
        constant(fields.text("what"), Counted.values()),
        fields.text("whose"),
        Duration.ofMillis(fields.number("spent")));
  }

  private static byte[] write(SpendAnswer answer) throws IOException {
    return Fields.bytes(Map.of("exempt", answer.exempt(), "owed", answer.owed().toMillis()));
  }

  /** Reads the answer to a question about what is used up. */
  public static SpendAnswer readSpend(byte[] json) throws IOException {
    Fields fields = Fields.read(json);
    return new SpendAnswer(fields.flag("exempt"), Duration.ofMillis(fields.number("owed")));
  }

  public static byte[] write(HoldQuestion question) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("ask", "hold");
    fields.put("client", question.client());
    fields.put("front", question.front());
    fields.put("count", question.count());
    return Fields.bytes(fields);
  }

  private static HoldQuestion readHoldQuestion(Fields fields) throws IOException {
    return new HoldQuestion(fields.text("client"), fields.text("front"), fields.number("count"));
  }

  private static byte[] write(HoldAnswer answer) throws IOException {
    return Fields.bytes(Map.of("exempt", answer.exempt(), "total", answer.total()));
  }

  /** Reads the answer to a question about what is held. */
  public static HoldAnswer readHold(byte[] json) throws IOException {
    Fields fields = Fields.read(json);
    return new HoldAnswer(fields.flag("exempt"), fields.number("total"));
  }

  private static byte[] write(LoginAnswer answer) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    switch (answer) {
      case LoginAnswer.Accepted(EmailAddress user, Grant grant) -> write(user, grant, fields);
      case LoginAnswer.Refused() -> fields.put("refused", true);
    }
    return Fields.bytes(fields);
  }

  private static byte[] write(ScramAnswer answer) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    switch (answer) {
      case ScramAnswer.Accepted(ScramLogin login, Grant grant) -> {
        write(login.user(), grant, fields);
        fields.put("signature", login.serverSignature());
      }
      case ScramAnswer.Refused() -> fields.put("refused", true);
    }
    return Fields.bytes(fields);
  }

  private static void write(EmailAddress user, Grant grant, Map<String, Object> fields) {
    fields.put("user", user.toString());
    fields.put("senders", texts(grant.senders()));
    fields.put("askedDomains", grant.askedDomains());
  }

  private static byte[] write(ScramSalt salt) throws IOException {
    return Fields.bytes(Map.of("salt", salt.salt(), "iterations", salt.iterations()));
  }

  /** Reads the answer to a question for a salt. */
  public static ScramSalt readScramSalt(byte[] json) throws IOException {
    Fields fields = Fields.read(json);
    return new ScramSalt(fields.text("salt"), (int) fields.number("iterations"));
  }

  /** Reads the answer to a question about a proof. */
  public static ScramAnswer readScram(byte[] json) throws IOException {
    Fields fields = Fields.read(json);
    return fields.flag("refused")
        ? new ScramAnswer.Refused()
        : new ScramAnswer.Accepted(
            new ScramLogin(fields.address("user"), fields.text("signature")), grant(fields));
  }

  private static Grant grant(Fields fields) throws IOException {
    return new Grant(fields.addresses("senders"), fields.texts("askedDomains"));
  }

  /** Reads the answer to a login question. */
  public static LoginAnswer readLogin(byte[] json) throws IOException {
    Fields fields = Fields.read(json);
    if (fields.flag("refused")) {
      return new LoginAnswer.Refused();
    }
    return new LoginAnswer.Accepted(fields.address("user"), grant(fields));
  }

  private static byte[] write(List<RecipientAnswer> answers) throws IOException {
    List<Map<String, Object>> items = new ArrayList<>();
    for (RecipientAnswer answer : answers) {
      Map<String, Object> item = new LinkedHashMap<>();
      item.put("accepted", answer.accepted());
      item.put("reply", Fields.write(answer.reply()));
      item.put("rule", answer.rule());
      item.put("lasting", answer.lasting());
      if (answer.check()) {
        item.put("check", true);
      }
      items.add(item);
    }
    return Fields.bytes(Map.of("answers", items));
  }

  /** Reads the answers to a question about recipients. */
  public static List<RecipientAnswer> readRecipients(byte[] json) throws IOException {
    List<RecipientAnswer> answers = new ArrayList<>();
    for (Fields item : Fields.read(json).objects("answers")) {
      answers.add(
          new RecipientAnswer(
              item.flag("accepted"),
              item.reply("reply"),
              item.text("rule"),
              item.flag("lasting"),
              item.flag("check")));
    }
    return answers;
  }

  private static Service service(Fields fields) throws IOException {
    return constant(fields.text("service"), Service.values());
  }

  private static <E extends Enum<E>> E constant(String name, E[] known) throws IOException {
    return Arrays.stream(known)
        .filter(constant -> constant.name().equals(name))
        .findAny()
        .orElseThrow(() -> new IOException("not known: " + name));
  }

  private static List<String> texts(List<EmailAddress> addresses) {
    return addresses.stream().map(EmailAddress::toString).toList();
  }
}
