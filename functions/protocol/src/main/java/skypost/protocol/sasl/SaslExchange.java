package skypost.protocol.sasl;

import java.util.Optional;

/**
 * One authentication in one of its states. A step changes nothing here: the next state is in its
 * result.
 */
public interface SaslExchange {
  /**
   * Takes what the client said.
   *
   * @param response the client's octets; empty only at the start, when it sent no initial response
   */
  SaslStep step(Optional<byte[]> response);
}
