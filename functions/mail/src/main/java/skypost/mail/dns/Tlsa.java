package skypost.mail.dns;

import java.util.HexFormat;

/**
 * A TLSA record (RFC 6698 section 2.1).
 *
 * @param usage 3 is DANE-EE, 2 is DANE-TA (RFC 7218 section 2.1)
 * @param selector 0: the whole certificate, 1: its public key
 * @param matching 0: as it is, 1: SHA-256, 2: SHA-512
 * @param data what is compared
 */
public record Tlsa(int usage, int selector, int matching, byte[] data) {
  public static final int DANE_TA = 2;
  public static final int DANE_EE = 3;

  /**
   * Whether it can be used for SMTP: RFC 7672 section 3.1.3 leaves out usages 0 and 1, and RFC 6698
   * section 4.1 what is unknown.
   */
  public boolean isUsable() {
    int length =
        switch (matching) {
          case 0 -> data.length;
          case 1 -> 32;
          case 2 -> 64;
          default -> -1;
        };
    return (usage == DANE_TA || usage == DANE_EE)
        && (selector == 0 || selector == 1)
        && length == data.length
        && data.length > 0;
  }

  @Override
  public String toString() {
    return usage + " " + selector + " " + matching + " " + HexFormat.of().formatHex(data);
  }
}
