package skypost.mail.sieve;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.sieve.grammar.ScriptError;
import skypost.mail.sieve.message.Message;
import skypost.mail.sieve.run.Outgoing;
import skypost.mail.sieve.run.RunResult;
import skypost.protocol.address.EmailAddress;

/** Results of runs as JSON objects. */
final class Answers {
  private Answers() {}

  static Map<String, Object> of(RunResult result) throws IOException {
    Map<String, Object> answer = new LinkedHashMap<>();
    List<Object> actions = new ArrayList<>();
    for (RunResult.Executed executed : result.actions()) {
      actions.add(action(executed));
    }
    answer.put("actions", actions);
    List<Object> sent = new ArrayList<>();
    for (Outgoing outgoing : result.sent()) {
      sent.add(sent(outgoing));
    }
    answer.put("sent", sent);
    answer.put("message", base64(result.message()));
    if (result.error().isPresent()) {
      ScriptError error = result.error().get();
      Map<String, Object> runtime = new LinkedHashMap<>();
      runtime.put("line", error.at().line());
      runtime.put("message", error.message());
      answer.put("runtimeError", runtime);
    }
    return answer;
  }

  private static Map<String, Object> action(RunResult.Executed executed) throws IOException {
    Map<String, Object> written = ActionJson.write(executed.action());
    if (executed.message().edited()) {
      written.put("message", base64(executed.message()));
    }
    return written;
  }

  private static Map<String, Object> sent(Outgoing outgoing) throws IOException {
    Map<String, Object> written = new LinkedHashMap<>();
    written.put("from", outgoing.from().map(EmailAddress::toString).orElse(""));
    written.put("to", outgoing.to().toString());
    try (InputStream in = outgoing.open()) {
      written.put("message", Base64.getEncoder().encodeToString(in.readAllBytes()));
    }
    return written;
  }

  private static String base64(Message message) throws IOException {
    return Base64.getEncoder().encodeToString(message.octets());
  }
}
