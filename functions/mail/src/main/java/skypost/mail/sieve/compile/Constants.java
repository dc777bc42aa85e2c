package skypost.mail.sieve.compile;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import skypost.mail.sieve.grammar.ScriptException;
import skypost.mail.sieve.message.Header;
import skypost.mail.sieve.message.Names;
import skypost.mail.sieve.script.Text;

/** Looks at the strings of a script that are known before it runs. */
final class Constants {
  private static final Pattern IDENTIFIER = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*");

  /** Fields with addresses: those of RFC 5228 section 5.1, and others that are in use. */
  private static final Set<String> ADDRESS_FIELDS =
      Set.of(
          "from",
          "to",
          "cc",
          "bcc",
          "sender",
          "reply-to",
          "resent-from",
          "resent-to",
          "resent-cc",
          "resent-bcc",
          "resent-sender",
          "resent-reply-to",
          "return-path",
          "delivered-to",
          "envelope-to",
          "x-original-to",
          "x-forwarded-to",
          "x-envelope-from",
          "x-envelope-to",
          "original-from",
          "original-recipient",
          "disposition-notification-to",
          "return-receipt-to",
          "errors-to",
          "apparently-to",
          "approved",
          "mail-reply-to",
          "mail-followup-to",
          "list-post",
          "list-owner",
          "abuse-reports-to");

  private Constants() {}

  /** RFC 5228 section 5.1: the test is restricted to fields that hold addresses. */
  static List<Text> addressFields(List<Text> names) {
    for (Text name : names) {
      name.constant()
          .filter(constant -> !ADDRESS_FIELDS.contains(constant.toLowerCase(Locale.ROOT)))
          .ifPresent(constant -> {
            throw new ScriptException(
                name.at(), "header \"" + constant + "\" holds no addresses to test");
          });
    }
    return names;
  }

  /** RFC 5228 section 5.4: other parts of an envelope are an error. */
  static List<Text> envelopeParts(List<Text> parts) {
    for (Text part : parts) {
      part.constant()
          .filter(constant -> !Set.of("from", "to").contains(constant.toLowerCase(Locale.ROOT)))
          .ifPresent(constant -> {
            throw new ScriptException(part.at(), "unknown envelope part \"" + constant + "\"");
          });
    }
    return parts;
  }

  /** RFC 5228 section 2.4.2.3: an address that mail can be sent to. */
  static Text address(Text text) {
    text.constant()
        .filter(constant -> Names.address(constant).isEmpty())
        .ifPresent(constant -> {
          throw new ScriptException(text.at(), "\"" + constant + "\" is no mail address");
        });
    return text;
  }

  /** RFC 5230 section 4.3: what From may hold. */
  static Text mailboxList(Text text) {
    text.constant()
        .filter(constant -> !Names.isMailboxList(constant))
        .ifPresent(constant -> {
          throw new ScriptException(text.at(), "\"" + constant + "\" is no mail address");
        });
    return text;
  }

  static Text mailbox(Text text) {
    text.constant()
        .filter(constant -> !Names.isMailbox(constant))
        .ifPresent(constant -> {
          throw new ScriptException(text.at(), "\"" + constant + "\" is no name of a mailbox");
        });
    return text;
  }

  /** RFC 5293 section 4: only what can be the name of a field. */
  static Text fieldName(Text text) {
    text.constant()
        .filter(constant -> !Header.isName(constant))
        .ifPresent(constant -> {
          throw new ScriptException(text.at(), "\"" + constant + "\" is no name of a header field");
        });
    return text;
  }

  static Text fieldValue(Text text) {
    text.constant()
        .filter(constant -> !Header.isValue(constant))
        .ifPresent(constant -> {
          throw new ScriptException(text.at(), "a header field must not hold control characters");
        });
    return text;
  }

  /** RFC 5229 section 4: the name of a variable is written out, and has no namespace. */
  static String variable(Text text) {
    String name =
        text.constant()
            .orElseThrow(
                () -> new ScriptException(text.at(), "the name of a variable must be written out"));
    if (!IDENTIFIER.matcher(name).matches()) {
      throw new ScriptException(text.at(), "\"" + name + "\" is no name of a variable");
    }
    return name.toLowerCase(Locale.ROOT);
  }

  /** A string that must be known before the script runs. */
  static String known(Text text, String what) {
    return text.constant()
        .orElseThrow(() -> new ScriptException(text.at(), what + " must be written out"));
  }
}
