package skypost.mail.sieve.message;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.apache.james.mime4j.MimeException;
import org.apache.james.mime4j.codec.DecodeMonitor;
import org.apache.james.mime4j.stream.BodyDescriptor;
import org.apache.james.mime4j.stream.EntityState;
import org.apache.james.mime4j.stream.MimeConfig;
import org.apache.james.mime4j.stream.MimeTokenStream;
import org.apache.james.mime4j.util.CharsetUtil;

/**
 * Takes the body of a message apart (RFC 2045, RFC 2046), as far as memory is to be given to it.
 */
final class BodyReader {
  /** Octets of decoded body that are looked at; what is behind them is not searched. */
  static final int MAX_BODY = 1024 * 1024;

  private static final Set<String> ENCODINGS =
      Set.of("7bit", "8bit", "binary", "quoted-printable", "base64");
  private static final int MAX_PARTS = 500;

  /** As much of RFC 2045 section 5.1 as it takes to know that there is one type and subtype. */
  private static final Pattern TYPE =
      Pattern.compile("\\s*[^\\s/;]+\\s*/\\s*[^\\s/;]+\\s*(;.*)?", Pattern.DOTALL);

  private static final Pattern LINE_END = Pattern.compile("\r?\n");
  private static final MimeConfig CONFIG =
      new MimeConfig.Builder()
          .setMaxLineLen(-1)
          .setMaxHeaderLen(Message.MAX_HEADER)
          .setMaxHeaderCount(-1)
          .build();

  private final List<BodyPart> parts = new ArrayList<>();
  private final StringBuilder nestedHeader = new StringBuilder();
  private int left = MAX_BODY;
  private int messages; // how many messages in each other are open
  private boolean inNestedHeader;
  private boolean malformedType; // of the part whose header was read last

  private BodyReader() {}

  /** The body without any decoding; lines end with CRLF. */
  static String raw(Message message) throws IOException {
    try (InputStream in = message.source().open()) {
      in.skipNBytes(message.bodyOffset());
      String text = Octets.text(in.readNBytes(MAX_BODY));
      // What comes first is the empty line that ends the header section
      String body = text.startsWith("\r\n") ? text.substring(2) : text.replaceFirst("^\n", "");
      return lines(body);
    }
  }

  /** Its parts in their order; of a malformed body those that can be told. */
  static List<BodyPart> parts(Message message) throws IOException {
    BodyReader reader = new BodyReader();
    try (InputStream in = message.source().open()) {
      reader.read(in);
    } catch (MimeException malformed) {
      return reader.parts; // what was understood up to there
    }
    return reader.parts;
  }

  private void read(InputStream in) throws IOException, MimeException {
    MimeTokenStream stream = new MimeTokenStream(CONFIG, DecodeMonitor.SILENT, null, null);
    stream.parse(in);
    EntityState state = stream.getState();
    while (state != EntityState.T_END_OF_STREAM && parts.size() < MAX_PARTS && left > 0) {
      take(stream, state);
      state = stream.next();
    }
  }

  private void take(MimeTokenStream stream, EntityState state) throws IOException {
    switch (state) {
      case T_START_MESSAGE -> {
        inNestedHeader = ++messages > 1;
        nestedHeader.setLength(0);
      }
      case T_END_MESSAGE -> messages--;
      case T_START_HEADER -> malformedType = false;
      case T_FIELD -> field(stream);
      case T_END_HEADER -> endOfHeader();
      case T_START_MULTIPART -> // there, even if nothing stands before its parts
          parts.add(new BodyPart(stream.getBodyDescriptor().getMimeType(), ""));
      case T_PREAMBLE -> {
        parts.removeLast();
        container(stream);
      }
      case T_EPILOGUE -> container(stream);
      case T_BODY -> {
        BodyDescriptor part = stream.getBodyDescriptor();
        add(type(part), part, stream.getDecodedInputStream());
      }
      case T_START_BODYPART, T_END_BODYPART, T_END_MULTIPART, T_RAW_ENTITY, T_END_OF_STREAM -> {}
    }
  }

  private void container(MimeTokenStream stream) throws IOException {
    BodyDescriptor multipart = stream.getBodyDescriptor();
    add(multipart.getMimeType(), multipart, stream.getInputStream());
  }

  private void field(MimeTokenStream stream) {
    if (stream.getField().getName().equalsIgnoreCase("Content-Type")) {
      malformedType = !TYPE.matcher(stream.getField().getBody()).matches();
    }
    if (inNestedHeader && nestedHeader.length() < left) {
      var raw = stream.getField().getRaw();
      nestedHeader
          .append(
              raw == null
                  ? stream.getField().getName() + ": " + stream.getField().getBody()
                  : Octets.text(raw.toByteArray()))
          .append("\r\n");
    }
  }

  /** RFC 5173 section 5.2: of a message in the message its header section is one string. */
  private void endOfHeader() {
    if (inNestedHeader) {
      parts.add(new BodyPart("message/rfc822", lines(nestedHeader.toString())));
      left -= nestedHeader.length();
      inNestedHeader = false;
    }
  }

  private void add(String type, BodyDescriptor descriptor, InputStream content) throws IOException {
    byte[] octets = content.readNBytes(left);
    left -= octets.length;
    Charset charset = charset(descriptor.getCharset());
    boolean text = type.startsWith("text/");
    parts.add(new BodyPart(type, lines(text ? Octets.text(octets, charset) : Octets.text(octets))));
  }

  /** RFC 2045 section 6.4: what is of no known encoding or type is nothing to read. */
  private String type(BodyDescriptor descriptor) {
    String encoding = String.valueOf(descriptor.getTransferEncoding()).toLowerCase(Locale.ROOT);
    boolean known = ENCODINGS.contains(encoding) && !malformedType;
    return known ? descriptor.getMimeType() : "application/octet-stream";
  }

  private static Charset charset(String name) {
    Charset known = name == null ? null : CharsetUtil.lookup(name);
    // RFC 2046 section 4.1.2 has US-ASCII by default; whatever is beyond it is most likely UTF-8
    return known == null ? StandardCharsets.UTF_8 : known;
  }

  private static String lines(String text) {
    return LINE_END.matcher(text).replaceAll("\r\n");
  }
}
