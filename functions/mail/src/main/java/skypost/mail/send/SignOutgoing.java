package skypost.mail.send;

import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import skypost.mail.auth.Authors;
import skypost.mail.auth.RawField;
import skypost.mail.auth.RawMessage;
import skypost.mail.auth.dkim.DkimSigner;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelaySettings;
import skypost.mail.message.Envelope;
import skypost.mail.signing.Signers;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.client.Transaction;

/**
 * Decides who signs a message that leaves, and has it signed. A signature says that the author's
 * domain stands for the message, so it is given for what comes from us and nobody else: users who
 * have logged in, trusted networks, and this system itself. Mail of others that passes through has
 * the signatures that it came with. Thread safe when its parts are.
 */
public final class SignOutgoing {
  private static final SignOutgoing NOTHING = new SignOutgoing(null);

  private final Means means; // null: nothing is signed

  /**
   * What it works with.
   *
   * @param directory says which networks are trusted
   * @param trusted which are until it says so
   * @param hostname our own name, from which this system itself writes
   */
  public record Means(
      Signers signers,
      RememberedDirectory directory,
      List<Network> trusted,
      String hostname,
      Clock clock) {
    public Means {
      trusted = List.copyOf(trusted);
    }
  }

  private SignOutgoing(Means means) {
    this.means = means;
  }

  /** Signs by these means. */
  public static SignOutgoing by(Means means) {
    return new SignOutgoing(means);
  }

  /** Signs nothing. */
  static SignOutgoing nothing() {
    return NOTHING;
  }

  /**
   * A message as it leaves.
   *
   * @throws IOException when the keys cannot be had now
   */
  Transaction.Content over(MessageBody body) throws IOException {
    if (means == null) {
      return body;
    }
    Optional<String> author = author(body);
    if (author.isEmpty() || !vouchedFor(body.envelope()).contains(author.get())) {
      return body;
    }
    Optional<DkimSigner> signer = means.signers().of(author.get());
    return signer.isPresent() ? new SignedContent(body, signer.get(), means.clock()) : body;
  }

  /** The domain of the author; none where it is not one alone (RFC 5322 section 3.6). */
  private static Optional<String> author(MessageBody body) {
    List<RawField> from =
        body.header().map(RawMessage::fields).orElse(List.of()).stream()
            .filter(field -> field.name().equals("from"))
            .toList();
    Set<String> domains = from.size() == 1 ? Authors.domains(from) : Set.of();
    return domains.size() == 1 ? Optional.of(domains.iterator().next()) : Optional.empty();
  }

  /**
   * The domains for which the one who wrote it may speak. What a user may name as sender has been
   * checked when he did; the From field has not, so it must say the same.
   */
  private Set<String> vouchedFor(Envelope envelope) throws IOException {
    Envelope.Origin origin = envelope.origin();
    if (origin.login().isPresent()) {
      return domains(Stream.concat(envelope.sender().stream(), origin.login().stream()));
    }
    if (origin.client().isEmpty()) { // a report of our own; those on mail have no sender
      return envelope.sender().isEmpty()
          ? Set.of(means.hostname())
          : domains(envelope.sender().stream());
    }
    return isTrusted(origin.client().get()) ? domains(envelope.sender().stream()) : Set.of();
  }

  private static Set<String> domains(Stream<EmailAddress> addresses) {
    return addresses.map(address -> address.canonical().domain()).collect(Collectors.toSet());
  }

  private boolean isTrusted(String client) throws IOException {
    List<Network> networks =
        means.directory().relay().map(RelaySettings::trustedNetworks).orElse(means.trusted());
    return networks.stream().anyMatch(network -> network.contains(client));
  }
}
