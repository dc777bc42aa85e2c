package skypost.mail.send;

import java.util.List;
import skypost.mail.directory.HostPort;
import skypost.mail.tlspolicy.AppliedPolicies;
import skypost.mail.tlspolicy.TlsPolicies;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.client.Hop;

/** Which way a message takes. */
public sealed interface Route {
  /**
   * Servers in the order in which they are tried; at least one.
   *
   * @param policies what sessions with them are held against, to be counted
   */
  record Via(List<Hop> hops, AppliedPolicies policies) implements Route {
    /** With nothing counted. */
    public Via(List<Hop> hops) {
      this(hops, AppliedPolicies.NONE);
    }

    public Via {
      if (hops.isEmpty()) {
        throw new IllegalArgumentException("no way is Later or Never");
      }
      hops = List.copyOf(hops);
    }
  }

  /**
   * Through a smart host; at least one hop.
   *
   * @param host its name, as the settings have it
   */
  record Through(HostPort host, List<Hop> hops) implements Route {
    public Through {
      hops = new Via(hops).hops();
    }
  }

  /** None, and that will not change by waiting (5yz). */
  record Never(SmtpReply reply) implements Route {}

  /** It cannot be told now (4yz). */
  record Later(SmtpReply reply) implements Route {}

  /** As was decided about the servers that were found. */
  static Route as(TlsPolicies.Decision decision) {
    return switch (decision) {
      case TlsPolicies.Decision.Admitted(List<Hop> hops, AppliedPolicies policies) ->
          new Via(hops, policies);
      case TlsPolicies.Decision.Refused(SmtpReply reply) when reply.isPermanent() ->
          new Never(reply);
      case TlsPolicies.Decision.Refused(SmtpReply reply) -> new Later(reply);
    };
  }
}
