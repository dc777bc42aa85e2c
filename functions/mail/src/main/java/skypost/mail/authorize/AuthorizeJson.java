package skypost.mail.authorize;

import com.fasterxml.jackson.jr.ob.JSON;
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
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/** What the fronts and AuthorizeFunction say to each other, in JSON. */
public final class AuthorizeJson {
  private static final JSON JSON_STD = JSON.std;

  private AuthorizeJson() {}

  /** Answers a question that came as JSON: the whole of AuthorizeFunction. */
  public static byte[] answer(byte[] question, AuthorizeLogin logins, AuthorizeRecipients recipients) throws IOException {
    Map<String, Object> fields = JSON_STD.mapFrom(question);
    return switch (text(fields, "ask")) {
      case "login" -> write(logins.decide(login(fields)));
      case "recipients" -> write(recipients.decide(recipients(fields)));
      default -> throw new IOException("not a question for AuthorizeFunction: " + fields.get("ask"));
    };
  }

  public static byte[] write(LoginQuestion question) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("ask", "login");
    fields.put("service", question.service().name());
    fields.put("client", question.client());
    fields.put("username", question.username());
    fields.put("password", question.password());
    return JSON_STD.asBytes(fields);
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
    fields.put("recipients", question.recipients().stream().map(EmailAddress::toString).toList());
    return JSON_STD.asBytes(fields);
  }

  private static LoginQuestion login(Map<String, Object> fields) throws IOException {
    return new LoginQuestion(
        service(fields), text(fields, "client"), text(fields, "username"), text(fields, "password"));
  }

  private static RecipientsQuestion recipients(Map<String, Object> fields) throws IOException {
    return new RecipientsQuestion(
        service(fields),
        text(fields, "client"),
        text(fields, "helo"),
        optionalAddress(fields, "login"),
        optionalAddress(fields, "sender"),
        ((Number) fields.getOrDefault("size", 0)).longValue(),
        addresses(fields, "recipients"));
  }

  private static byte[] write(LoginAnswer answer) throws IOException {
    Map<String, Object> fields = new LinkedHashMap<>();
    switch (answer) {
      case LoginAnswer.Accepted(EmailAddress user, Grant grant) -> {
        fields.put("user", user.toString());
        fields.put("senders", grant.senders().stream().map(EmailAddress::toString).toList());
        fields.put("askedDomains", grant.askedDomains());
      }
      case LoginAnswer.Refused() -> fields.put("refused", true);
    }
    return JSON_STD.asBytes(fields);
  }

  private static byte[] write(List<RecipientAnswer> answers) throws IOException {
    List<Map<String, Object>> items = new ArrayList<>();
    for (RecipientAnswer answer : answers) {
      SmtpReply reply = answer.reply();
      Map<String, Object> item = new LinkedHashMap<>();
      item.put("accepted", answer.accepted());
      item.put("code", reply.code());
      item.put("subject", reply.subject());
      item.put("detail", reply.detail());
      item.put("lines", reply.lines());
      item.put("rule", answer.rule());
      items.add(item);
    }
    return JSON_STD.asBytes(Map.of("answers", items));
  }

  /** Reads the answer to a login question. */
  public static LoginAnswer readLogin(byte[] json) throws IOException {
    Map<String, Object> fields = JSON_STD.mapFrom(json);
    Optional<EmailAddress> user = optionalAddress(fields, "user");
    if (user.isEmpty()) {
      if (Boolean.TRUE.equals(fields.get("refused"))) {
        return new LoginAnswer.Refused();
      }
      throw new IOException("not an answer to a login");
    }
    List<String> asked = new ArrayList<>();
    for (Object domain : list(fields, "askedDomains")) {
      asked.add(String.valueOf(domain));
    }
    return new LoginAnswer.Accepted(user.get(), new Grant(addresses(fields, "senders"), asked));
  }

  /** Reads the answers to a question about recipients. */
  public static List<RecipientAnswer> readRecipients(byte[] json) throws IOException {
    List<RecipientAnswer> answers = new ArrayList<>();
    for (Object each : list(JSON_STD.mapFrom(json), "answers")) {
      @SuppressWarnings("unchecked") // JSON objects are maps
      Map<String, Object> item = (Map<String, Object>) each;
      List<String> lines = list(item, "lines").stream().map(String::valueOf).toList();
      SmtpReply reply =
          new SmtpReply(number(item, "code"), number(item, "subject"), number(item, "detail"), lines);
      answers.add(new RecipientAnswer(Boolean.TRUE.equals(item.get("accepted")), reply, text(item, "rule")));
    }
    return answers;
  }

  private static Service service(Map<String, Object> fields) throws IOException {
    String name = text(fields, "service");
    for (Service service : Service.values()) {
      if (service.name().equals(name)) {
        return service;
      }
    }
    throw new IOException("no such service: " + name);
  }

  private static String text(Map<String, Object> fields, String key) throws IOException {
    if (fields.get(key) instanceof String text) {
      return text;
    }
    throw new IOException("no text under \"" + key + "\"");
  }

  private static int number(Map<String, Object> fields, String key) throws IOException {
    if (fields.get(key) instanceof Number number) {
      return number.intValue();
    }
    throw new IOException("no number under \"" + key + "\"");
  }

  private static List<?> list(Map<String, Object> fields, String key) throws IOException {
    if (fields.get(key) instanceof List<?> items) {
      return items;
    }
    throw new IOException("no list under \"" + key + "\"");
  }

  private static List<EmailAddress> addresses(Map<String, Object> fields, String key) throws IOException {
    List<EmailAddress> addresses = new ArrayList<>();
    for (Object item : list(fields, key)) {
      addresses.add(address(String.valueOf(item)));
    }
    return addresses;
  }

  private static Optional<EmailAddress> optionalAddress(Map<String, Object> fields, String key) throws IOException {
    return fields.get(key) == null ? Optional.empty() : Optional.of(address(text(fields, key)));
  }

  private static EmailAddress address(String text) throws IOException {
    return EmailAddress.parse(text).orElseThrow(() -> new IOException("not an address: " + text));
  }
}
