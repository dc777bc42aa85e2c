package skypost.mail.auth;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import skypost.mail.auth.dkim.DkimResult;
import skypost.mail.auth.dkim.DkimVerdict;
import skypost.mail.auth.dmarc.DmarcVerdict;
import skypost.mail.auth.spf.SpfVerdict;

/** The value of an Authentication-Results field (RFC 8601 section 2.2), unfolded. */
public final class AuthenticationResults {
  /** A field with more is nothing that anybody reads. */
  private static final int MAX_SIGNATURES = 20;

  /** Characters of a value that lies beside every message: an honest one has 200. */
  private static final int BRIEF = 900;

  private AuthenticationResults() {}

  /**
   * The same, with as many signatures as can be told briefly: those that pass come first. Whoever
   * sends thousands of them must not make a mailbox large.
   */
  public static String brief(Checked checked, String authservId) {
    String bare = of(checked, authservId, List.of());
    List<DkimVerdict> told = new ArrayList<>();
    List<DkimVerdict> all =
        checked.message().map(Checked.OfMessage::dkim).orElse(List.of()).stream()
            .sorted(Comparator.comparing(verdict -> !(verdict.result() instanceof DkimResult.Pass)))
            .toList(); // stable
    int room = BRIEF - bare.length();
    for (DkimVerdict verdict : all) {
      room -= dkim(verdict).length();
      if (room < 0 && !told.isEmpty()) {
        break;
      }
      told.add(verdict);
    }
    return of(checked, authservId, told);
  }

  /**
   * Writes it.
   *
   * @param authservId who says it: a host name of ours
   */
  public static String of(Checked checked, String authservId) {
    List<DkimVerdict> all = checked.message().map(Checked.OfMessage::dkim).orElse(List.of());
    return of(checked, authservId, all.subList(0, Math.min(all.size(), MAX_SIGNATURES)));
  }

  private static String of(Checked checked, String authservId, List<DkimVerdict> signatures) {
    List<String> results = new ArrayList<>();
    results.add(spf(checked.spf()));
    signatures.stream().map(AuthenticationResults::dkim).forEach(results::add);
    checked
        .message()
        .ifPresent(message -> {
          results.add(dmarc(message.dmarc()));
          results.add("arc=" + message.arc().code());
        });
    return authservId + "; " + String.join("; ", results);
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
