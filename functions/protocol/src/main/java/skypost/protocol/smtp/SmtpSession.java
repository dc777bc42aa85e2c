package skypost.protocol.smtp;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.net.TlsInfo;
import skypost.protocol.sasl.Sasl;
import skypost.protocol.smtp.SmtpSettings.Service;
import skypost.protocol.smtp.SmtpState.Connected;
import skypost.protocol.smtp.SmtpState.HasRecipients;
import skypost.protocol.smtp.SmtpState.HasSender;
import skypost.protocol.smtp.SmtpState.InChunks;
import skypost.protocol.smtp.SmtpState.Ready;

/**
 * The order of commands (RFC 5321 section 4.1.4): pure steps from a state and a command to a state
 * and an action.
 */
public final class SmtpSession {
  private static final SmtpReply OK = SmtpReply.of(250, 0, 0, "Ok");
  private static final SmtpReply SAY_EHLO = sequence("Send HELO or EHLO first");

  private final SmtpSettings settings;

  public SmtpSession(SmtpSettings settings) {
    this.settings = settings;
  }

  /** The state after a command, and what to do. */
  public record Step(SmtpState next, SmtpAction action) {
    static Step say(SmtpState next, SmtpReply reply) {
      return new Step(next, new SmtpAction.Say(reply));
    }
  }

  /** What a new connection is told. */
  public SmtpReply greeting() {
    return SmtpReply.plain(220, settings.hostname() + " ESMTP Skypost");
  }

  /** Takes a command. */
  public Step step(SmtpState state, SmtpCommand command) {
    return switch (command) {
      case SmtpCommand.Ehlo ehlo -> introduce(state, ehlo.host(), true);
      case SmtpCommand.Helo helo -> introduce(state, helo.host(), false);
      case SmtpCommand.Mail mail -> mail(state, mail);
      case SmtpCommand.Rcpt rcpt -> rcpt(state, rcpt);
      case SmtpCommand.Data() -> data(state);
      case SmtpCommand.Bdat bdat -> bdat(state, bdat);
      case SmtpCommand.Rset() -> Step.say(withoutTransaction(state), OK);
      case SmtpCommand.Noop() -> Step.say(state, OK);
      case SmtpCommand.StartTls() -> startTls(state);
      case SmtpCommand.Auth auth -> auth(state, auth);
      case SmtpCommand.Quit() ->
          new Step(state, new SmtpAction.Close(SmtpReply.of(221, 0, 0, "Bye")));
      case SmtpCommand.Help() ->
          Step.say(
              state,
              SmtpReply.of(
                  214, 0, 0, "EHLO MAIL RCPT DATA RSET NOOP QUIT STARTTLS AUTH, see RFC 5321"));
      // RFC 5321 sections 3.5.3 and 7.3: neither confirm nor deny users
      case SmtpCommand.Vrfy() ->
          Step.say(state, SmtpReply.of(252, 0, 0, "Cannot VRFY user, but will take mail and try"));
      case SmtpCommand.Expn() -> Step.say(state, SmtpReply.of(502, 5, 1, "EXPN is not offered"));
      case SmtpCommand.OtherProtocol(String verb) ->
          new Step(
              state,
              new SmtpAction.Close(SmtpReply.of(521, 5, 1, "This is SMTP, not for " + verb)));
    };
  }

  private Step introduce(SmtpState state, String host, boolean esmtp) {
    if (state instanceof InChunks) {
      return Step.say(state, sequence("BDAT LAST or RSET first"));
    }
    // RFC 5321 section 4.1.4: EHLO ends a transaction; RFC 4954 section 4: the login stays
    Optional<EmailAddress> login = clientOf(state).flatMap(SmtpClient::login);
    SmtpClient client = new SmtpClient(peerOf(state), host, esmtp, login);
    return Step.say(
        new Ready(client), esmtp ? offer(client) : SmtpReply.plain(250, settings.hostname()));
  }

  private SmtpReply offer(SmtpClient client) {
    List<String> lines = new ArrayList<>();
    lines.add(settings.hostname() + " greets " + client.helo());
    lines.add("PIPELINING");
    lines.add("SIZE " + settings.limits().messageBytes());
    lines.add("8BITMIME");
    lines.add("ENHANCEDSTATUSCODES");
    settings.extensions().stream()
        .sorted()
        .filter(extension -> extension != Extension.REQUIRETLS || client.peer().tls().isPresent())
        .map(this::keyword)
        .forEach(lines::add);
    if (tlsIsPossible(client.peer())) {
      lines.add("STARTTLS");
    }
    if (authIsPossible(client)) {
      lines.add("AUTH " + String.join(" ", mechanisms(client.peer())));
    }
    return SmtpReply.plain(250, lines.toArray(String[]::new));
  }

  private String keyword(Extension extension) {
    return extension == Extension.LIMITS
        ? "LIMITS MAILMAX="
            + settings.limits().transactions()
            + " RCPTMAX="
            + settings.limits().recipients() // RFC 9422 section 4
        : extension.name();
  }

  private Step mail(SmtpState state, SmtpCommand.Mail mail) {
    if (!(state instanceof Ready(SmtpClient client))) {
      return Step.say(
          state, state instanceof Connected ? SAY_EHLO : sequence("Nested MAIL command"));
    }
    if (settings.service() == Service.SUBMISSION && client.login().isEmpty()) {
      // RFC 3207 section 4, RFC 4954 section 6
      return Step.say(
          state,
          SmtpReply.of(
              530,
              7,
              0,
              client.peer().tls().isEmpty()
                  ? "Must issue a STARTTLS command first"
                  : "Authentication required"));
    }
    Optional<SmtpReply> wrong = EsmtpParameters.checkMail(mail.parameters(), settings.extensions());
    if (wrong.isPresent()) {
      return Step.say(state, wrong.get());
    }
    SmtpSender sender = new SmtpSender(mail.sender(), mail.parameters());
    if (sender.requireTls() && client.peer().tls().isEmpty()) {
      // RFC 8689 section 2: within TLS alone; RFC 5248: X.7.10 is encryption needed
      return Step.say(state, SmtpReply.of(530, 7, 10, "REQUIRETLS needs STARTTLS first"));
    }
    if (mail.international() && !sender.utf8()) {
      return Step.say(
          state, SmtpReply.of(550, 6, 7, "Address needs SMTPUTF8")); // RFC 6531 section 3.5
    }
    if (sender.size() > settings.limits().messageBytes()) {
      return Step.say(state, tooBig());
    }
    return Step.say(new HasSender(client, sender, false), SmtpReply.of(250, 1, 0, "Ok"));
  }

  private Step rcpt(SmtpState state, SmtpCommand.Rcpt rcpt) {
    SmtpSender sender;
    switch (state) {
      case HasSender has -> sender = has.sender();
      case HasRecipients(SmtpTransaction transaction) -> sender = transaction.sender();
      case Connected ignored -> {
        return Step.say(state, SAY_EHLO);
      }
      case Ready ignored -> {
        return Step.say(state, sequence("MAIL first"));
      }
      case InChunks ignored -> {
        return Step.say(state, sequence("BDAT LAST or RSET first"));
      }
    }
    Optional<SmtpReply> wrong = EsmtpParameters.checkRcpt(rcpt.parameters(), settings.extensions());
    if (wrong.isPresent()) {
      return Step.say(state, wrong.get());
    }
    if (rcpt.international() && !sender.utf8()) {
      return Step.say(
          state, SmtpReply.of(553, 6, 7, "Address needs SMTPUTF8")); // RFC 6531 section 3.5
    }
    if (recipientsOf(state) >= settings.limits().recipients()) {
      return Step.say(
          state, SmtpReply.of(452, 5, 3, "Too many recipients")); // RFC 5321 section 4.5.3.1.10
    }
    // RFC 5321 section 4.5.1: Postmaster without a domain is ours
    EmailAddress address =
        rcpt.recipient().orElseGet(() -> new EmailAddress("postmaster", settings.hostname()));
    return new Step(
        state,
        new SmtpAction.AskRecipient(
            new SmtpRecipient(address, EsmtpParameters.sevenBit(rcpt.parameters()))));
  }

  private Step data(SmtpState state) {
    return switch (state) {
      case HasRecipients(SmtpTransaction transaction) when transaction.sender().binary() ->
          Step.say(state, sequence("BINARYMIME needs BDAT")); // RFC 3030 section 3
      case HasRecipients(SmtpTransaction transaction) ->
          new Step(state, new SmtpAction.ReceiveData(transaction));
      case HasSender has when has.anyRefused() -> Step.say(state, noRecipients());
      case HasSender ignored -> Step.say(state, sequence("RCPT first"));
      case Ready ignored -> Step.say(state, sequence("MAIL first"));
      case Connected ignored -> Step.say(state, SAY_EHLO);
      case InChunks ignored ->
          Step.say(state, sequence("DATA and BDAT do not mix")); // RFC 3030 section 2
    };
  }

  private Step bdat(SmtpState state, SmtpCommand.Bdat bdat) {
    if (!settings.extensions().contains(Extension.CHUNKING)) {
      return new Step(
          state,
          new SmtpAction.Close(
              SmtpReply.of(502, 5, 1, "BDAT is not offered"))); // its octets are no commands
    }
    return switch (state) {
      case HasRecipients(SmtpTransaction transaction) ->
          new Step(
              new InChunks(transaction),
              new SmtpAction.ReceiveChunk(transaction, true, bdat.size(), bdat.last()));
      case InChunks(SmtpTransaction transaction) ->
          new Step(
              state, new SmtpAction.ReceiveChunk(transaction, false, bdat.size(), bdat.last()));
      case HasSender has ->
          discard(state, bdat, has.anyRefused() ? noRecipients() : sequence("RCPT first"));
      case Ready ignored -> discard(state, bdat, sequence("MAIL first"));
      case Connected ignored -> discard(state, bdat, SAY_EHLO);
    };
  }

  private static Step discard(SmtpState state, SmtpCommand.Bdat bdat, SmtpReply reply) {
    return new Step(state, new SmtpAction.DiscardChunk(bdat.size(), reply));
  }

  private Step startTls(SmtpState state) {
    if (!tlsIsPossible(peerOf(state))) {
      return Step.say(
          state,
          sequence(
              peerOf(state).tls().isPresent()
                  ? "TLS is active already"
                  : "STARTTLS is not offered"));
    }
    return switch (state) {
      case Connected ignored -> new Step(state, goAhead());
      case Ready ignored -> new Step(state, goAhead());
      case HasSender ignored -> Step.say(state, sequence("Not within a transaction"));
      case HasRecipients ignored -> Step.say(state, sequence("Not within a transaction"));
      case InChunks ignored -> Step.say(state, sequence("Not within a transaction"));
    };
  }

  private static SmtpAction goAhead() {
    return new SmtpAction.BeginTls(SmtpReply.of(220, 0, 0, "Ready to start TLS"));
  }

  private Step auth(SmtpState state, SmtpCommand.Auth auth) {
    if (!(state instanceof Ready(SmtpClient client))) {
      return Step.say(
          state,
          state instanceof Connected
              ? SAY_EHLO
              : sequence("Not within a transaction")); // RFC 4954 section 4
    }
    if (settings.service() == Service.MX) {
      return Step.say(state, sequence("AUTH is not offered here, but on ports 465 and 587"));
    }
    if (client.login().isPresent()) {
      return Step.say(state, sequence("Already logged in")); // RFC 4954 section 4
    }
    if (client.peer().tls().isEmpty()) {
      return Step.say(state, SmtpReply.of(530, 7, 0, "Must issue a STARTTLS command first"));
    }
    return Sasl.named(auth.mechanism())
        .filter(mechanism -> mechanisms(client.peer()).contains(mechanism.mechanism()))
        .map(mechanism -> new Step(state, new SmtpAction.Authenticate(mechanism, auth.initial())))
        .orElseGet(() ->
            Step.say(state, SmtpReply.of(504, 5, 4, "Unrecognized authentication mechanism")));
  }

  // ---- after the loop has done what an action said

  /** TLS has begun: all that was said before is forgotten (RFC 3207 section 4.2). */
  public SmtpState secured(SmtpState before, TlsInfo tls) {
    return new Connected(new SmtpPeer(peerOf(before).address(), Optional.of(tls)));
  }

  /** The login was right. */
  public SmtpState loggedIn(SmtpState before, EmailAddress user) {
    return before instanceof Ready(SmtpClient client) ? new Ready(client.loggedIn(user)) : before;
  }

  /** There is an answer about a recipient. */
  public SmtpState answered(SmtpState before, SmtpRecipient recipient, boolean accepted) {
    return switch (before) {
      case HasSender has when accepted ->
          new HasRecipients(new SmtpTransaction(has.client(), has.sender(), List.of(recipient)));
      case HasSender has -> new HasSender(has.client(), has.sender(), true);
      case HasRecipients has -> accepted ? has.plus(recipient) : has;
      case Connected other -> other;
      case Ready other -> other;
      case InChunks other -> other;
    };
  }

  /** The transaction is over, well or badly. */
  public SmtpState finished(SmtpState before) {
    return withoutTransaction(before);
  }

  // ---- replies that the loop uses too

  static SmtpReply tooBig() {
    return SmtpReply.of(552, 3, 4, "Message exceeds the size limit"); // RFC 1870 section 6.1
  }

  private static SmtpReply noRecipients() {
    return SmtpReply.of(554, 5, 1, "No valid recipients"); // RFC 5321 section 3.3
  }

  private static SmtpReply sequence(String text) {
    return SmtpReply.of(503, 5, 1, text);
  }

  // ---- what a state holds

  private boolean tlsIsPossible(SmtpPeer peer) {
    return settings.tls().isPresent() && peer.tls().isEmpty();
  }

  private boolean authIsPossible(SmtpClient client) {
    return settings.service() == Service.SUBMISSION && client.peer().tls().isPresent();
  }

  private List<String> mechanisms(SmtpPeer peer) {
    // RFC 7628 section 4: tokens go over TLS alone
    return Sasl.offered(
        peer.tls().map(TlsInfo::bindable).orElse(false),
        settings.bearerTokens() && peer.tls().isPresent());
  }

  static Optional<SmtpClient> clientOf(SmtpState state) {
    return switch (state) {
      case Connected ignored -> Optional.empty();
      case Ready(SmtpClient client) -> Optional.of(client);
      case HasSender has -> Optional.of(has.client());
      case HasRecipients has -> Optional.of(has.transaction().client());
      case InChunks in -> Optional.of(in.transaction().client());
    };
  }

  static SmtpPeer peerOf(SmtpState state) {
    return state instanceof Connected(SmtpPeer peer) ? peer : clientOf(state).orElseThrow().peer();
  }

  static int recipientsOf(SmtpState state) {
    return state instanceof HasRecipients has ? has.transaction().recipients().size() : 0;
  }

  private static SmtpState withoutTransaction(SmtpState state) {
    return clientOf(state).<SmtpState>map(Ready::new).orElse(state);
  }
}
