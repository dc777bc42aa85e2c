package skypost.local.s3;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;

/** The XML of requests and answers. */
final class S3Xml {
  private static final String NAMESPACE = "http://s3.amazonaws.com/doc/2006-03-01/";

  private final StringBuilder text =
      new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");

  private S3Xml() {}

  /** A document with its outermost element open, in S3's namespace. */
  static S3Xml document(String root) {
    S3Xml xml = new S3Xml();
    xml.text.append('<').append(root).append(" xmlns=\"").append(NAMESPACE).append("\">");
    return xml;
  }

  /** An error has no namespace. */
  static byte[] error(S3Error error, String resource) {
    S3Xml xml = new S3Xml();
    return xml.open("Error")
        .with("Code", error.code())
        .with("Message", error.getMessage())
        .with("Resource", resource)
        .end("Error");
  }

  S3Xml open(String name) {
    text.append('<').append(name).append('>');
    return this;
  }

  S3Xml close(String name) {
    text.append("</").append(name).append('>');
    return this;
  }

  S3Xml with(String name, Object value) {
    open(name);
    String.valueOf(value)
        .codePoints()
        .forEach(letter -> {
          switch (letter) {
            case '<' -> text.append("&lt;");
            case '>' -> text.append("&gt;");
            case '&' -> text.append("&amp;");
            case '\r' -> text.append("&#13;");
            default -> text.appendCodePoint(letter);
          }
        });
    return close(name);
  }

  /** Closes the outermost element. */
  byte[] end(String root) {
    close(root);
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }

  /**
   * Reads all elements of a name, each as its children's texts.
   *
   * @throws S3Error when it is no XML
   */
  static List<Map<String, String>> read(byte[] document, String name) {
    XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
    factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
    factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
    factory.setProperty(XMLInputFactory.IS_COALESCING, true);
    List<Map<String, String>> found = new ArrayList<>();
    try {
      XMLStreamReader xml = factory.createXMLStreamReader(new ByteArrayInputStream(document));
      String child = "";
      for (int event = xml.next(); event != XMLStreamConstants.END_DOCUMENT; event = xml.next()) {
        if (event == XMLStreamConstants.START_ELEMENT) {
          child = xml.getLocalName();
          if (child.equals(name)) {
            found.add(new HashMap<>());
          }
        } else if (event == XMLStreamConstants.CHARACTERS && !found.isEmpty()) {
          found.getLast().putIfAbsent(child, xml.getText());
        } else if (event == XMLStreamConstants.END_ELEMENT) {
          child = "";
        }
      }
      return found;
    } catch (XMLStreamException malformed) {
      throw new S3Error(400, "MalformedXML", "The XML you provided was not well-formed.");
    }
  }
}
