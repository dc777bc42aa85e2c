package skypost.mail.auth;

import java.util.LinkedHashMap;
import java.util.Map;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.spf.SpfResult;
import skypost.mail.auth.spf.SpfVerdict;

/** The answers of {@link CheckMessage} as JSON. */
final class CheckAnswers {
  private CheckAnswers() {}

  static Map<String, Object> of(Checked checked, String hostname) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("spf", spf(checked.spf()));
    checked.message().ifPresent(message -> add(message, answer));
    answer.put("authenticationResults", AuthenticationResults.of(checked, hostname));
    return answer;
  }

  private static void add(Checked.OfMessage message, Map<String, Object> answer) {
    answer.put("dkim", message.dkim().stream().map(CheckAnswers::dkim).toList());
  }

  private static Map<String, Object> dkim(DkimVerdict verdict) {
    Map<String, Object> dkim = new LinkedHashMap<>();
    dkim.put("result", verdict.result().code());
    dkim.put("domain", verdict.domain());
    dkim.put("selector", verdict.selector());
    dkim.put("reason", verdict.result().why());
    return dkim;
  }

  private static Map<String, Object> spf(SpfVerdict verdict) {
    Map<String, Object> spf = new LinkedHashMap<>();
    spf.put("result", verdict.result().code());
    spf.put("domain", verdict.domain());
    spf.put(
        "explanation", verdict.result() instanceof SpfResult.Fail(String words) ? words : "");
    String reason =
        switch (verdict.result()) {
          case SpfResult.None(String why) -> why;
          case SpfResult.TempError(String why) -> why;
          case SpfResult.PermError(String why) -> why;
          case SpfResult.Pass() -> "";
          case SpfResult.Fail ignored -> "";
          case SpfResult.SoftFail() -> "";
          case SpfResult.Neutral() -> "";
        };
    if (!reason.isEmpty()) {
      spf.put("reason", reason);
    }
    return spf;
  }
}
