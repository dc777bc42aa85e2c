package skypost.mail.auth;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.dmarc.DmarcVerdict;
import skypost.mail.auth.spf.SpfVerdict;

/** The value of an Authentication-Results field (RFC 8601 section 2.2), unfolded. */
public final class AuthenticationResults {
  /** A field with more is nothing that anybody reads. */
  private static final int MAX_SIGNATURES = 20;

  private AuthenticationResults() {}

  /**
   * Writes it.
   *
   * @param authservId who says it: a host name of ours
   */
  public static String of(Checked checked, String authservId) {
    List<String> results = new ArrayList<>();
    results.add(spf(checked.spf()));
    checked.message().ifPresent(message -> add(message, results));
    return authservId + "; " + String.join("; ", results);
  }

  private static void add(Checked.OfMessage message, List<String> results) {
    message.dkim().stream()
        .limit(MAX_SIGNATURES)
        .map(AuthenticationResults::dkim)
        .forEach(results::add);
    results.add(dmarc(message.dmarc()));
    results.add("arc=" + message.arc().code());
  }

  private static String dkim(DkimVerdict verdict) {
    StringBuilder result = new StringBuilder("dkim=").append(verdict.result().code());
    if (!verdict.result().why().isEmpty()) {
      result
          .append(" reason=\"")
          .append(verdict.result().why().replaceAll("[^ -~]|[\"\\\\]", "?"))
          .append('"');
    }
    append(result, "header.d", verdict.domain());
    append(result, "header.s", verdict.selector());
    append(result, "header.a", verdict.algorithm());
    return result.toString();
  }

  private static String dmarc(DmarcVerdict verdict) {
    StringBuilder result =
        new StringBuilder("dmarc=").append(verdict.result().name().toLowerCase(Locale.ROOT));
    append(result, "header.from", verdict.domain());
    if (!verdict.policyDomain().isEmpty()) { // RFC 9989 section 9.1
      append(result, "polrec.p", verdict.policy().text());
      if (!verdict.policyDomain().equals(verdict.domain())) {
        append(result, "polrec.domain", verdict.policyDomain());
      }
    }
    return result.toString();
  }

  private static void append(StringBuilder result, String property, String given) {
    if (!given.isEmpty()) {
      result.append(' ').append(property).append('=').append(value(given));
    }
  }

  private static String spf(SpfVerdict spf) {
    String property = spf.helo() ? "smtp.helo" : "smtp.mailfrom";
    return "spf=" + spf.result().code() + ' ' + property + '=' + value(spf.domain());
  }

  /**
   * A value as the peer gave it: a token, or quoted (RFC 8601 section 2.2, pvalue). What is not
   * printable is left out.
   */
  static String value(String given) {
    String printable = given.replaceAll("[^ -~]", "");
    printable = printable.length() > 255 ? printable.substring(0, 255) : printable;
    boolean token = printable.matches("[A-Za-z0-9!#$%&'*+.^_`{|}~@-]+");
    return token ? printable : '"' + printable.replaceAll("([\"\\\\])", "\\\\$1") + '"';
  }
}
