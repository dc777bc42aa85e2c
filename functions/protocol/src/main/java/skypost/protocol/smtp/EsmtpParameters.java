package skypost.protocol.smtp;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The parameters of MAIL and RCPT (RFC 5321 section 4.1.2, Mail-parameters), and which values each
 * may have.
 */
final class EsmtpParameters {
  private static final Pattern KEYWORD = Pattern.compile("[A-Za-z0-9][A-Za-z0-9-]*");
  private static final Pattern SIZE = Pattern.compile("\\d{1,20}"); // RFC 1870 section 3
  private static final Pattern XTEXT =
      Pattern.compile("(?:[!-*,-<>-~]|\\+[0-9A-F]{2})*"); // RFC 3461 section 4
  private static final Pattern ADDRESS_TYPE =
      Pattern.compile("[!#$%&'*+/0-9=?A-Z^_`a-z{|}~-]+"); // RFC 3464 section 2.1.2: an atom
  private static final Pattern UTF8_ADDRESS =
      Pattern.compile("(?:[!-*,-<>-\\[\\]-~[^\\x00-\\x7F]]|\\\\x\\{[0-9A-F]{2,6}\\})+");
  private static final int MAX_ENVID = 100; // RFC 3461 section 4.4
  private static final int MAX_ORCPT = 500; // RFC 3461 section 4.2
  private static final Set<String> NOTIFY =
      Set.of("SUCCESS", "FAILURE", "DELAY"); // RFC 3461 section 4.1
  private static final int PARAMETER = 4; // X.5.4: invalid command arguments

  private EsmtpParameters() {}

  /** Splits {@code SIZE=100 BODY=8BITMIME}; empty when malformed or given twice. */
  static Optional<Map<String, String>> parse(String text) {
    Map<String, String> parameters = new LinkedHashMap<>();
    if (text.isEmpty()) {
      return Optional.of(parameters);
    }
    for (String word : text.split(" +")) {
      int equals = word.indexOf('=');
      String key = equals < 0 ? word : word.substring(0, equals);
      String value = equals < 0 ? "" : word.substring(equals + 1);
      boolean malformed =
          !KEYWORD.matcher(key).matches()
              || value.indexOf('=') >= 0
              || (equals >= 0 && value.isEmpty());
      if (malformed || parameters.putIfAbsent(key.toUpperCase(Locale.ROOT), value) != null) {
        return Optional.empty();
      }
    }
    return Optional.of(parameters);
  }

  /**
   * What is wrong with MAIL's parameters, if anything; a parameter of an extension that is not
   * offered is unknown.
   */
  static Optional<SmtpReply> checkMail(Map<String, String> parameters, Set<Extension> offered) {
    for (var parameter : parameters.entrySet()) {
      String value = parameter.getValue();
      boolean legal =
          switch (parameter.getKey()) {
            case "SIZE" -> SIZE.matcher(value).matches();
            case "BODY" -> isBody(value.toUpperCase(Locale.ROOT), offered);
            case "AUTH" -> !value.isEmpty(); // RFC 4954 section 5: taken, and not believed
            case "SMTPUTF8" -> offered.contains(Extension.SMTPUTF8) && value.isEmpty();
            case "REQUIRETLS" -> offered.contains(Extension.REQUIRETLS) && value.isEmpty();
            case "RET" ->
                offered.contains(Extension.DSN)
                    && (value.equalsIgnoreCase("FULL") || value.equalsIgnoreCase("HDRS"));
            case "ENVID" ->
                offered.contains(Extension.DSN) && value.length() <= MAX_ENVID && isXtext(value);
            default -> false;
          };
      if (!legal) {
        return Optional.of(refusal(parameter.getKey()));
      }
    }
    return Optional.empty();
  }

  /** What is wrong with RCPT's parameters, if anything. */
  static Optional<SmtpReply> checkRcpt(Map<String, String> parameters, Set<Extension> offered) {
    for (var parameter : parameters.entrySet()) {
      String value = parameter.getValue();
      boolean legal =
          offered.contains(Extension.DSN)
              && switch (parameter.getKey()) {
                case "NOTIFY" -> isNotify(value.toUpperCase(Locale.ROOT));
                case "ORCPT" -> isOriginalRecipient(value);
                default -> false;
              };
      if (!legal) {
        return Optional.of(refusal(parameter.getKey()));
      }
    }
    return Optional.empty();
  }

  /**
   * RCPT's parameters as they are kept: an ORCPT that came in UTF-8 with its code points embedded
   * in ASCII (RFC 6533 section 3), so that it can go on wherever the message goes.
   */
  static Map<String, String> sevenBit(Map<String, String> parameters) {
    String orcpt = parameters.getOrDefault("ORCPT", "");
    if (SmtpParser.isAscii(orcpt)) {
      return parameters;
    }
    StringBuilder embedded = new StringBuilder();
    orcpt
        .codePoints()
        .forEach(
            c -> embedded.append(c < 128 ? Character.toString(c) : String.format("\\x{%X}", c)));
    Map<String, String> kept = new LinkedHashMap<>(parameters);
    if (embedded.length() <= MAX_ORCPT) {
      kept.put("ORCPT", embedded.toString());
    } else {
      kept.remove("ORCPT");
    }
    return kept;
  }

  private static SmtpReply refusal(String key) {
    return SmtpReply.of(
        555, 5, PARAMETER, "Parameter " + key + " not recognized, or its value is illegal");
  }

  private static boolean isBody(String value, Set<Extension> offered) {
    return value.equals("7BIT")
        || value.equals("8BITMIME")
        || (value.equals("BINARYMIME") && offered.contains(Extension.BINARYMIME));
  }

  private static boolean isNotify(String value) {
    if (value.equals("NEVER")) {
      return true;
    }
    for (String item : value.split(",", -1)) {
      if (!NOTIFY.contains(item)) {
        return false;
      }
    }
    return true;
  }

  /**
   * RFC 3461 section 4.2: an address type and xtext; RFC 6533 section 3: of type utf-8, an address
   * with embedded code points or, under SMTPUTF8, as it is.
   */
  private static boolean isOriginalRecipient(String value) {
    int semicolon = value.indexOf(';');
    if (semicolon <= 0 || value.length() > MAX_ORCPT) {
      return false;
    }
    String type = value.substring(0, semicolon);
    String address = value.substring(semicolon + 1);
    return ADDRESS_TYPE.matcher(type).matches()
        && !address.isEmpty()
        && (type.equalsIgnoreCase("utf-8")
            ? UTF8_ADDRESS.matcher(address).matches()
            : isXtext(address));
  }

  private static boolean isXtext(String value) {
    return XTEXT.matcher(value).matches();
  }
}
