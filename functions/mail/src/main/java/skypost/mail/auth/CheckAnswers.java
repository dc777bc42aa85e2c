package skypost.mail.auth;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import skypost.mail.auth.arc.ArcVerdict;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.dmarc.DmarcVerdict;
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
    answer.put("dmarc", dmarc(message.dmarc()));
    Map<String, Object> arc = new LinkedHashMap<>();
    arc.put("result", message.arc().code());
    if (message.arc() instanceof ArcVerdict.Fail(String reason)) {
      arc.put("reason", reason);
    }
    answer.put("arc", arc);
  }

  private static Map<String, Object> dmarc(DmarcVerdict verdict) {
    Map<String, Object> dmarc = new LinkedHashMap<>();
    dmarc.put("result", verdict.result().name().toLowerCase(Locale.ROOT));
    dmarc.put("policy", verdict.policy().text());
    dmarc.put("domain", verdict.domain());
    dmarc.put("policyDomain", verdict.policyDomain());
    dmarc.put("disposition", verdict.disposition().text());
    if (!verdict.reason().isEmpty()) {
      dmarc.put("reason", verdict.reason());
    }
    return dmarc;
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
    spf.put("explanation", verdict.result() instanceof SpfResult.Fail(String words) ? words : "");
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
