package skypost.mail.auth;

import java.util.LinkedHashMap;
import java.util.Map;
import skypost.mail.auth.spf.SpfResult;
import skypost.mail.auth.spf.SpfVerdict;

/** The answers of {@link CheckMessage} as JSON. */
final class CheckAnswers {
  private CheckAnswers() {}

  static Map<String, Object> of(Checked checked, String hostname) {
    Map<String, Object> answer = new LinkedHashMap<>();
    answer.put("spf", spf(checked.spf()));
    answer.put("authenticationResults", AuthenticationResults.of(checked, hostname));
    return answer;
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
