package skypost.mail.dns;

import java.util.List;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Peer;

/** Where a destination's mail goes. */
public sealed interface Exchangers {
  /** Servers in the order in which they are tried; at least one. */
  record Found(List<Peer> peers) implements Exchangers {
    public Found {
      if (peers.isEmpty()) {
        throw new IllegalArgumentException("found nothing");
      }
      peers = List.copyOf(peers);
    }
  }

  /** Nowhere, and that will not change by waiting (5yz). */
  record Never(SmtpReply reply) implements Exchangers {}

  /** It cannot be told now (4yz). */
  record Later(SmtpReply reply) implements Exchangers {}
}
