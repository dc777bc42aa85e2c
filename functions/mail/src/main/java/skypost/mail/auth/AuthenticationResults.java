package skypost.mail.auth;

import java.util.ArrayList;
import java.util.List;
import skypost.mail.auth.spf.SpfVerdict;

/** The value of an Authentication-Results field (RFC 8601 section 2.2), unfolded. */
public final class AuthenticationResults {
  private AuthenticationResults() {}

  /**
   * Writes it.
   *
   * @param authservId who says it: a host name of ours
   */
  public static String of(Checked checked, String authservId) {
    List<String> results = new ArrayList<>();
    results.add(spf(checked.spf()));
    return authservId + "; " + String.join("; ", results);
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
