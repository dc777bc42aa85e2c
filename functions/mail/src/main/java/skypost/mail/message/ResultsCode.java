package skypost.mail.message;

import java.util.ArrayList;
import java.util.List;
import skypost.protocol.address.EmailAddress;

/**
 * Results in few octets: what they all have in common, what the envelope says, and what they have
 * said before stand for one character each. Anything can be written so, and is read as it was.
 *
 * <p>What is stored is read by these tables: they may grow at their ends, and never change.
 */
final class ResultsCode {
  /** One octet each, in UTF-8 as well; no tab and no line end. */
  private static final String COMMON_CODES =
      "\1\2\3\4\5\6\7\10\13\14\16\17\20\21\22\23\24\25\26\27\30\31";

  private static final List<String> COMMON =
      List.of(
          "; spf=pass smtp.mailfrom=",
          "; dkim=pass header.d=",
          " header.s=",
          " header.a=rsa-sha256",
          "; dmarc=pass header.from=",
          " polrec.p=reject",
          " polrec.p=quarantine",
          " polrec.p=none",
          "; arc=none",
          "; dkim=none",
          "; dmarc=none header.from=",
          "; dmarc=fail header.from=",
          "; spf=none smtp.mailfrom=",
          "; spf=softfail smtp.mailfrom=",
          "; spf=neutral smtp.mailfrom=",
          "; spf=fail smtp.mailfrom=",
          "; spf=pass smtp.helo=",
          "; spf=none smtp.helo=",
          " header.a=ed25519-sha256",
          " polrec.domain=",
          "; dkim=fail reason=\"body hash did not verify\" header.d=",
          "; arc=pass");

  private static final String LEARNED_CODES = "\32\33\34";
  private static final String GIVEN_CODES = "\35\36\37";
  private static final int LEAST = 3; // characters that are worth a code

  /** What the envelope says; each has its code, and is empty where it says nothing. */
  private final List<String> given;

  ResultsCode(Envelope envelope) {
    this.given =
        List.of(
            envelope.origin().by(),
            envelope.sender().map(EmailAddress::domain).orElse(""),
            envelope.origin().helo());
  }

  String encode(String text) {
    StringBuilder code = new StringBuilder();
    Learned learned = new Learned();
    int at = 0;
    while (at < text.length()) {
      String best = text.substring(at, at + 1);
      char bestCode = text.charAt(at);
      for (int table = 0; table < 3; table++) {
        List<String> words = words(table, learned);
        for (int i = 0; i < words.size(); i++) {
          String word = words.get(i);
          if (word.length() >= LEAST
              && word.length() > best.length()
              && text.startsWith(word, at)) {
            best = word;
            bestCode = codes(table).charAt(i);
          }
        }
      }
      code.append(bestCode);
      learned.add(best);
      at += best.length();
    }
    return code.toString();
  }

  String decode(String code) {
    StringBuilder text = new StringBuilder();
    Learned learned = new Learned();
    for (int i = 0; i < code.length(); i++) {
      String word = word(code.charAt(i), learned);
      learned.add(word);
      text.append(word);
    }
    return text.toString();
  }

  private String word(char code, Learned learned) {
    for (int table = 0; table < 3; table++) {
      int index = codes(table).indexOf(code);
      if (index >= 0 && index < words(table, learned).size()) {
        return words(table, learned).get(index);
      }
    }
    return String.valueOf(code);
  }

  private static String codes(int table) {
    return switch (table) {
      case 0 -> COMMON_CODES;
      case 1 -> GIVEN_CODES;
      default -> LEARNED_CODES;
    };
  }

  private List<String> words(int table, Learned learned) {
    return switch (table) {
      case 0 -> COMMON;
      case 1 -> given;
      default -> learned.values;
    };
  }

  /** The first values behind an equals sign that have no code of their own. */
  private final class Learned {
    private final List<String> values = new ArrayList<>();
    private final StringBuilder value = new StringBuilder();
    private boolean inValue;

    void add(String text) {
      for (int i = 0; i < text.length(); i++) {
        char c = text.charAt(i);
        if (c == '=') {
          value.setLength(0);
          inValue = true;
        } else if (c == ' ' || c == ';') {
          end();
        } else if (inValue) {
          value.append(c);
        }
      }
    }

    private void end() {
      String whole = value.toString();
      boolean worth = inValue && whole.length() >= LEAST && values.size() < LEARNED_CODES.length();
      if (worth && !values.contains(whole) && !given.contains(whole)) {
        values.add(whole);
      }
      inValue = false;
    }
  }
}
