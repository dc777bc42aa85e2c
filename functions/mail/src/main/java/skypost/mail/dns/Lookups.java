package skypost.mail.dns;

import java.net.InetAddress;
import java.util.List;

/**
 * What message authentication asks of the DNS. Names are absolute, with or without a dot at the
 * end; a name that cannot exist (an empty or too long label) does not.
 */
public interface Lookups {
  /** The TXT records of a name, the strings of each joined; one character an octet. */
  Found<String> texts(String name);

  /** The addresses of a name: AAAA, or A. */
  Found<InetAddress> addresses(String name, boolean ipv6);

  /** The names of the MX records in order of preference; a null MX is the empty name. */
  Found<String> exchangers(String name);

  /** The names of an address by its PTR records. */
  Found<String> names(InetAddress address);

  /**
   * Whether nothing more is asked: all answers are unknown from now on, through no fault of who is
   * asked for.
   */
  default boolean isOver() {
    return false;
  }

  /** What came of a question. */
  sealed interface Found<T> {
    /** Records of the type that was asked for; empty when the name has none. */
    record Records<T>(List<T> records) implements Found<T> {
      public Records {
        records = List.copyOf(records);
      }
    }

    /** The name does not exist (NXDOMAIN), or cannot. */
    record NoSuchName<T>() implements Found<T> {}

    /** It cannot be told now. */
    record Unknown<T>(String why) implements Found<T> {}
  }
}
