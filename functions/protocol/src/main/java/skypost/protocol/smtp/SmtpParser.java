package skypost.protocol.smtp;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.protocol.address.Domains;
import skypost.protocol.address.EmailAddress;

/** Reads command lines. Knows no state and no policy. */
public final class SmtpParser {
  /** Octets of a command line with its CRLF (RFC 5321 section 4.5.3.1.4). */
  static final int MAX_COMMAND_LINE = 512;

  /**
   * Of MAIL and RCPT: 512 and what the extensions add. SIZE 26 (RFC 1870), BODY 17 (RFC 6152), AUTH
   * 500 (RFC 4954), SMTPUTF8 10 (RFC 6531), MAIL's RET and ENVID 107 and RCPT's NOTIFY and ORCPT
   * 528 (RFC 3461), REQUIRETLS 11 (RFC 8689).
   */
  static final int MAX_ENVELOPE_LINE = MAX_COMMAND_LINE + 26 + 17 + 500 + 10 + 528 + 11;

  /** Of AUTH and its responses (RFC 4954 section 4: 12288 octets). */
  public static final int MAX_AUTH_LINE = 12_288;

  private static final Set<String> OTHER_PROTOCOLS =
      Set.of("GET", "POST", "PUT", "HEAD", "OPTIONS", "CONNECT", "DELETE", "TRACE", "PATCH", "PRI");
  private static final Set<String> NOT_HERE =
      Set.of("ETRN", "TURN", "ATRN", "SEND", "SOML", "SAML", "XCLIENT", "XFORWARD");
  private static final SmtpReply SYNTAX =
      SmtpReply.of(500, 5, 2, "Syntax error, command unrecognized");
  private static final int MAX_HELO = 255; // RFC 5321 section 4.5.3.1.2

  private SmtpParser() {}

  /** Reads a line without its CRLF. */
  public static Parsed parse(byte[] line) {
    Optional<String> text = decode(line);
    if (text.isEmpty()) {
      return bad(SmtpReply.of(500, 5, 2, "Syntax error: not UTF-8, or a control character"));
    }
    String trimmed =
        text.get().stripTrailing(); // RFC 5321 section 4.1.1 wants trailing white space tolerated
    int space = trimmed.indexOf(' ');
    String verb = (space < 0 ? trimmed : trimmed.substring(0, space)).toUpperCase(Locale.ROOT);
    if (line.length + 2 > maxLine(verb)) {
      return bad(SmtpReply.of(500, 5, 2, "Line too long"));
    }
    return parse(verb, space < 0 ? "" : trimmed.substring(space + 1).strip());
  }

  private static int maxLine(String verb) {
    return switch (verb) {
      case "AUTH" -> MAX_AUTH_LINE;
      case "MAIL", "RCPT" -> MAX_ENVELOPE_LINE;
      default -> MAX_COMMAND_LINE;
    };
  }

  private static Parsed parse(String verb, String argument) {
    return switch (verb) {
      case "EHLO" ->
          host(argument)
              .<Parsed>map(host -> ok(new SmtpCommand.Ehlo(host)))
              .orElseGet(SmtpParser::badHost);
      case "HELO" ->
          host(argument)
              .<Parsed>map(host -> ok(new SmtpCommand.Helo(host)))
              .orElseGet(SmtpParser::badHost);
      case "MAIL" -> mail(argument);
      case "RCPT" -> rcpt(argument);
      case "DATA" -> alone(argument, new SmtpCommand.Data());
      case "BDAT" -> bdat(argument);
      case "RSET" -> alone(argument, new SmtpCommand.Rset());
      case "QUIT" -> alone(argument, new SmtpCommand.Quit());
      case "STARTTLS" -> alone(argument, new SmtpCommand.StartTls());
      case "AUTH" -> auth(argument);
      case "NOOP" -> ok(new SmtpCommand.Noop());
      case "HELP" -> ok(new SmtpCommand.Help());
      case "VRFY" ->
          argument.isEmpty() ? badArgument("VRFY wants a user") : ok(new SmtpCommand.Vrfy());
      case "EXPN" -> ok(new SmtpCommand.Expn());
      default -> other(verb);
    };
  }

  private static Parsed other(String verb) {
    if (OTHER_PROTOCOLS.contains(verb)) {
      return ok(new SmtpCommand.OtherProtocol(verb));
    }
    return bad(
        NOT_HERE.contains(verb) ? SmtpReply.of(502, 5, 1, "Command not implemented") : SYNTAX);
  }

  private static Parsed mail(String argument) {
    Optional<PathAndRest> split = PathAndRest.split(argument, "FROM:");
    if (split.isEmpty()) {
      return badArgument("Syntax: MAIL FROM:<address>");
    }
    String path = split.get().path();
    Optional<EmailAddress> sender = EmailAddress.parse(path);
    if (sender.isEmpty() && !path.isEmpty()) {
      return bad(SmtpReply.of(501, 1, 7, "Bad sender address syntax"));
    }
    return EsmtpParameters.parse(split.get().rest())
        .<Parsed>map(parameters -> ok(new SmtpCommand.Mail(sender, parameters, !isAscii(path))))
        .orElseGet(() -> badArgument("Bad MAIL parameter syntax"));
  }

  private static Parsed rcpt(String argument) {
    Optional<PathAndRest> split = PathAndRest.split(argument, "TO:");
    if (split.isEmpty()) {
      return badArgument("Syntax: RCPT TO:<address>");
    }
    String path = split.get().path();
    Optional<EmailAddress> recipient = EmailAddress.parse(path);
    if (recipient.isEmpty() && !path.equalsIgnoreCase("postmaster")) {
      return bad(SmtpReply.of(501, 1, 3, "Bad recipient address syntax"));
    }
    Optional<Map<String, String>> parameters = EsmtpParameters.parse(split.get().rest());
    return parameters
        .<Parsed>map(given -> ok(new SmtpCommand.Rcpt(recipient, given, !isAscii(path))))
        .orElseGet(() -> badArgument("Bad RCPT parameter syntax"));
  }

  private static Parsed bdat(String argument) {
    String[] words = argument.split(" +");
    boolean last = words.length == 2 && words[1].equalsIgnoreCase("LAST");
    if (!words[0].matches("\\d{1,18}") || words.length > 2 || (words.length == 2 && !last)) {
      return badArgument("Syntax: BDAT size [LAST]");
    }
    return ok(new SmtpCommand.Bdat(Long.parseLong(words[0]), last));
  }

  private static Parsed auth(String argument) {
    String[] words = argument.split(" +");
    if (!words[0].matches("[A-Za-z0-9_-]{1,20}") || words.length > 2) { // RFC 4422 section 3.1
      return badArgument("Syntax: AUTH mechanism [initial-response]");
    }
    return ok(
        new SmtpCommand.Auth(
            words[0], words.length == 2 ? Optional.of(words[1]) : Optional.empty()));
  }

  /**
   * A name that may stand in a Received field. Whether it is true is not asked: RFC 5321 section
   * 4.1.4.
   */
  private static Optional<String> host(String argument) {
    if (argument.isEmpty() || argument.length() > MAX_HELO) {
      return Optional.empty();
    }
    if (!isAscii(argument)) {
      return Domains.parse(argument); // RFC 6531 section 3.7.1
    }
    // Real clients call themselves all sorts of things; what could break out of a header field or a
    // log line is refused.
    boolean harmless =
        argument.chars().allMatch(c -> c > 32 && c < 127 && "()<>\"\\;,".indexOf(c) < 0);
    return harmless ? Optional.of(argument) : Optional.empty();
  }

  private static Parsed alone(String argument, SmtpCommand command) {
    return argument.isEmpty() ? ok(command) : badArgument("No argument expected");
  }

  private static Parsed badHost() {
    return badArgument("Syntax: EHLO hostname");
  }

  private static Parsed badArgument(String text) {
    return bad(SmtpReply.of(501, 5, 4, text));
  }

  private static Parsed ok(SmtpCommand command) {
    return new Parsed.Ok(command);
  }

  private static Parsed bad(SmtpReply reply) {
    return new Parsed.Bad(reply);
  }

  static boolean isAscii(String text) {
    return text.chars().allMatch(c -> c < 128);
  }

  /** UTF-8 without control characters; a tab separates words like a space. */
  private static Optional<String> decode(byte[] line) {
    for (int i = 0; i < line.length; i++) {
      if (line[i] >= 0 && line[i] < 32 && line[i] != '\t' || line[i] == 127) {
        return Optional.empty();
      }
    }
    try {
      String text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(line)).toString();
      return Optional.of(text.replace('\t', ' '));
    } catch (CharacterCodingException malformed) {
      return Optional.empty();
    }
  }

  /**
   * A path without its brackets and source route, and what follows it.
   *
   * @param path empty for {@code <>}
   * @param rest the parameters
   */
  private record PathAndRest(String path, String rest) {

    static Optional<PathAndRest> split(String argument, String keyword) {
      if (!argument.regionMatches(true, 0, keyword, 0, keyword.length())) {
        return Optional.empty();
      }
      // A space after the colon is no RFC 5321 section 3.3, but Postfix, Exchange and many a script
      // take and send it.
      String text = argument.substring(keyword.length()).stripLeading();
      int end = text.startsWith("<") ? closingBracket(text) : -1;
      if (end < 0 || (end + 1 < text.length() && text.charAt(end + 1) != ' ')) {
        return Optional.empty();
      }
      return Optional.of(
          new PathAndRest(withoutRoute(text.substring(1, end)), text.substring(end + 1).strip()));
    }

    private static int closingBracket(String text) {
      boolean quoted = false;
      for (int i = 1; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == '\\' && quoted) {
          i++;
        } else if (c == '"') {
          quoted = !quoted;
        } else if (c == '>' && !quoted) {
          return i;
        }
      }
      return -1;
    }

    /** RFC 5321 section 4.1.1.3 and appendix C: a source route is accepted and ignored. */
    private static String withoutRoute(String path) {
      if (!path.startsWith("@")) {
        return path;
      }
      int colon = path.indexOf(':');
      for (String hop : path.substring(0, Math.max(colon, 0)).split(",", -1)) {
        if (!hop.startsWith("@") || Domains.parse(hop.substring(1)).isEmpty()) {
          return path; // malformed, and no address either, so it is refused
        }
      }
      return path.substring(colon + 1);
    }
  }
}
