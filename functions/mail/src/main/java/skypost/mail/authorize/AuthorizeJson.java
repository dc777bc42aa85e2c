package skypost.mail.authorize;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.mail.authorize.Authorizer.Grant;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.directory.Postmaster;
import skypost.mail.json.Fields;
import skypost.protocol.address.EmailAddress;

/** What the fronts and AuthorizeFunction say to each other, in JSON. */
public final class AuthorizeJson {
  private AuthorizeJson() {}

  /** Answers a question that came as JSON: the whole of AuthorizeFunction. */
  public static byte[] answer(
      byte[] question, AuthorizeLogin logins, AuthorizeRecipients recipients, Postmaster postmaster)
      throws IOException {
    Fields fields = Fields.read(question);
    return switch (fields.text("ask")) {
      case "login" -> write(logins.decide(readLoginQuestion(fields)));
      case "recipients" ->
          write(recipients.decide(atHome(readRecipientsQuestion(fields), postmaster)));
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

  private static byte[] write(LoginAnswer answer) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    switch (answer) {
      case LoginAnswer.Accepted(EmailAddress user, Grant grant) -> {
        fields.put("user", user.toString());
        fields.put("senders", texts(grant.senders()));
        fields.put("askedDomains", grant.askedDomains());
      }
      case LoginAnswer.Refused() -> fields.put("refused", true);
    }
    return Fields.bytes(fields);
  }

  /** Reads the answer to a login question. */
  public static LoginAnswer readLogin(byte[] json) throws IOException {
    Fields fields = Fields.read(json);
    if (fields.flag("refused")) {
      return new LoginAnswer.Refused();
    }
    return new LoginAnswer.Accepted(
        fields.address("user"),
        new Grant(fields.addresses("senders"), fields.texts("askedDomains")));
  }

  private static byte[] write(List<RecipientAnswer> answers) throws IOException {
    List<Map<String, Object>> items = new ArrayList<>();
    for (RecipientAnswer answer : answers) {
      Map<String, Object> item = new LinkedHashMap<>();
      item.put("accepted", answer.accepted());
      item.put("reply", Fields.write(answer.reply()));
      item.put("rule", answer.rule());
      item.put("lasting", answer.lasting());
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
              item.flag("accepted"), item.reply("reply"), item.text("rule"), item.flag("lasting")));
    }
    return answers;
  }

  private static Service service(Fields fields) throws IOException {
    String name = fields.text("service");
    return Optional.of(name)
        .flatMap(known ->
            List.of(Service.values()).stream()
                .filter(service -> service.name().equals(known))
                .findAny())
        .orElseThrow(() -> new IOException("no such service: " + name));
  }

  private static List<String> texts(List<EmailAddress> addresses) {
    return addresses.stream().map(EmailAddress::toString).toList();
  }
}
