package skypost.mail.auth.dkim;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import skypost.mail.auth.RawField;
import skypost.mail.auth.RawMessage;

/**
 * What of the header a signature is over (RFC 6376 section 3.7). All signatures of a message
 * together may make it prepare so much and no more. Not thread safe.
 */
final class SignedHeader {
  /** Octets prepared for one message: 100 signatures over a usual header are a hundredth of it. */
  static final long MAX_OCTETS = 64L * 1024 * 1024;

  private final Map<String, List<RawField>> fields = new HashMap<>();
  private long prepared;

  SignedHeader(RawMessage message) {
    this(message.fields());
  }

  SignedHeader(List<RawField> all) {
    for (RawField field : all) {
      fields.computeIfAbsent(field.name(), name -> new ArrayList<>()).add(field);
    }
  }

  /** The octets that were signed. */
  byte[] octets(DkimSignature signature) throws DkimFault {
    return octets(signature.header(), signature.names(), signature.field());
  }

  /**
   * The octets that a signature is over, for who makes one and who verifies one.
   *
   * @param names of the signed fields in lower case
   * @param signature the field; what b= says does not matter
   */
  byte[] octets(Canonicalization form, List<String> names, RawField signature) throws DkimFault {
    StringBuilder octets = new StringBuilder();
    Map<String, Integer> left = new HashMap<>();
    for (String name : names) {
      List<RawField> same = fields.getOrDefault(name, List.of());
      int next = left.getOrDefault(name, same.size()) - 1;
      if (next >= 0) { // section 5.4.2: from the bottom up; one that is not there is nothing
        left.put(name, next);
        append(octets, form.field(same.get(next)));
      }
    }
    append(octets, withoutEnd(form.field(unsigned(signature))));
    return octets.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /**
   * The octets of ARC fields that a seal is over, the seal itself last (RFC 8617 section 5.1.1).
   */
  byte[] octets(List<RawField> sealed, RawField seal) throws DkimFault {
    StringBuilder octets = new StringBuilder();
    for (RawField field : sealed) {
      append(octets, Canonicalization.RELAXED.field(field));
    }
    append(octets, withoutEnd(Canonicalization.RELAXED.field(unsigned(seal))));
    return octets.toString().getBytes(StandardCharsets.ISO_8859_1);
  }

  /** How many fields of a name in lower case there are. */
  int count(String name) {
    return fields.getOrDefault(name, List.of()).size();
  }

  private void append(StringBuilder octets, String text) throws DkimFault {
    prepared += text.length();
    if (prepared > MAX_OCTETS) {
      throw DkimFault.of(new DkimResult.Policy("too much header for too many signatures"));
    }
    octets.append(text);
  }

  private static String withoutEnd(String field) {
    return field.endsWith("\r\n") ? field.substring(0, field.length() - 2) : field;
  }

  /** Section 3.5, b=: its value is left out, with the blanks around it. */
  static RawField unsigned(RawField field) {
    String text = withoutEnd(field.text());
    int start = text.indexOf(':') + 1;
    while (start < text.length()) {
      int semicolon = text.indexOf(';', start);
      int end = semicolon < 0 ? text.length() : semicolon;
      int equals = text.indexOf('=', start);
      if (equals >= 0 && equals < end && text.substring(start, equals).strip().equals("b")) {
        return new RawField(
            field.name(), text.substring(0, equals + 1) + text.substring(end) + "\r\n");
      }
      start = end + 1;
    }
    return field;
  }
}
