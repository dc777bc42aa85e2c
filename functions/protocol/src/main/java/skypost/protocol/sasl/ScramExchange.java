package skypost.protocol.sasl;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.MessageDigest;
import java.util.Optional;

/**
 * SCRAM-SHA-256 and SCRAM-SHA-256-PLUS (RFC 5802, RFC 7677), the server's side. It holds the
 * dialogue and the nonces; salts and proofs are asked of the caller, so that whoever leads the
 * dialogue needs no key.
 */
sealed interface ScramExchange {
  /**
   * Nothing said yet.
   *
   * @param plus whether the mechanism was chosen that binds to the channel
   */
  record Start(boolean plus, SaslChannel channel) implements ScramExchange, SaslExchange {
    @Override
    public SaslStep step(Optional<byte[]> response) {
      if (response.isEmpty()) {
        return new SaslStep.Challenge(new byte[0], this);
      }
      Optional<ScramMessages.First> read =
          Sasl.utf8(response.get(), 0, response.get().length).flatMap(ScramMessages::first);
      if (read.isEmpty()) {
        return new SaslStep.Refused("not a client-first-message");
      }
      ScramMessages.First first = read.get();
      return binding(first)
          .map(wrong -> (SaslStep) new SaslStep.Refused(wrong))
          .orElseGet(() ->
              new SaslStep.FindSalt(
                  first.username(), new AwaitsSalt(channel, first, channel.nonces().get())));
    }

    /** RFC 5802 section 6: what is wrong with the client's choice of a channel binding. */
    private Optional<String> binding(ScramMessages.First first) {
      return switch (first.binding()) {
        case NONE -> plus ? Optional.of("-PLUS without channel binding") : Optional.empty();
        // the client believes that we offered none: somebody in between took it from our list
        case NOT_OFFERED ->
            plus || channel.tlsExporter().isPresent()
                ? Optional.of("downgraded: channel binding was offered")
                : Optional.empty();
        case TLS_EXPORTER ->
            plus && channel.tlsExporter().isPresent()
                ? Optional.empty()
                : Optional.of("channel binding without -PLUS");
        case OTHER -> Optional.of("a channel binding other than tls-exporter");
      };
    }
  }

  /** The user is known; its salt is being asked for. */
  record AwaitsSalt(SaslChannel channel, ScramMessages.First first, String nonce)
      implements ScramExchange {
    /** Goes on with the user's salt, or with one that looks like it where there is no such user. */
    public SaslStep salted(ScramSalt salt) {
      String both = first.nonce() + nonce;
      String message = "r=" + both + ",s=" + salt.salt() + ",i=" + salt.iterations();
      return new SaslStep.Challenge(
          message.getBytes(UTF_8), new AwaitsProof(channel, first, both, message));
    }
  }

  /**
   * The client has the salt.
   *
   * @param nonce the client's and ours
   * @param serverFirst what we said
   */
  record AwaitsProof(
      SaslChannel channel, ScramMessages.First first, String nonce, String serverFirst)
      implements ScramExchange, SaslExchange {
    @Override
    public SaslStep step(Optional<byte[]> response) {
      Optional<ScramMessages.Last> read =
          response
              .flatMap(octets -> Sasl.utf8(octets, 0, octets.length))
              .flatMap(ScramMessages::last);
      if (read.isEmpty()) {
        return new SaslStep.Refused("not a client-final-message");
      }
      ScramMessages.Last last = read.get();
      if (!last.nonce().equals(nonce)) { // RFC 5802 section 5.1: or an old proof is played again
        return new SaslStep.Refused("another nonce");
      }
      if (!MessageDigest.isEqual(last.binding(), first.bindingInput(channel.tlsExporter()))) {
        return new SaslStep.Refused("another channel"); // RFC 5802 section 6
      }
      String authMessage = first.bare() + "," + serverFirst + "," + last.withoutProof();
      return new SaslStep.CheckProof(
          new ScramProof(first.username(), authMessage, last.proof()), new AwaitsVerdict());
    }
  }

  /** The proof is being checked. */
  record AwaitsVerdict() implements ScramExchange {
    /** Goes on after a proof that was right. */
    public SaslStep proven(String serverSignature) {
      return new SaslStep.Challenge(("v=" + serverSignature).getBytes(UTF_8), new AwaitsEnd());
    }
  }

  /** The client checks us; it answers with nothing when it is content (RFC 5802 section 5). */
  record AwaitsEnd() implements ScramExchange, SaslExchange {
    @Override
    public SaslStep step(Optional<byte[]> response) {
      return response.isEmpty() || response.get().length == 0
          ? new SaslStep.Proven()
          : new SaslStep.Refused("more after the server's signature");
    }
  }
}
