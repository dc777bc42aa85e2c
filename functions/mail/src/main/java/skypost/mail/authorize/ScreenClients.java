package skypost.mail.authorize;

import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import skypost.mail.authorize.Authorizer.RecipientAnswer;
import skypost.mail.authorize.Authorizer.RecipientsQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.directory.Directory;
import skypost.mail.directory.Postmaster;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.Screening;
import skypost.mail.dns.ClientLists.Listed;
import skypost.protocol.smtp.SmtpReply;

/**
 * What strangers on port 25 have to pass once the relay rules accept their recipient: DNS lists and
 * greylisting, if the administrator wants them. Who has logged in or is trusted is never screened,
 * nor is mail to a postmaster.
 */
public final class ScreenClients {
  // Whether anybody is screened is remembered by a warm function, so that it costs no read a
  // message.
  private static final Duration FRESH = Duration.ofSeconds(10);
  private static final Duration FRESH_WHEN_OFF = Duration.ofMinutes(1);

  private final Directory directory;
  private final RelaySettings relayDefaults;
  private final ClientScreen lists;
  private final GreylistStrangers greylist;
  private final Clock clock;
  private volatile Known known;

  private record Known(RelaySettings settings, Instant until) {}

  /** What is asked: DNS lists, and who has come before. */
  public record Ports(ClientScreen lists, Greylist greylist) {
    /** Nobody to ask, where nobody is screened. */
    public static final Ports NONE = new Ports(ClientScreen.NONE, Greylist.EVERYBODY);
  }

  ScreenClients(Directory directory, RelaySettings relayDefaults, Ports ports, Clock clock) {
    this.directory = directory;
    this.relayDefaults = relayDefaults;
    this.lists = ports.lists();
    this.greylist = new GreylistStrangers(ports.greylist(), clock);
    this.clock = clock;
  }

  /** The answers, those refused that were accepted until now and do not pass. */
  List<RecipientAnswer> screen(RecipientsQuestion question, List<RecipientAnswer> answers)
      throws IOException {
    if (question.service() != Service.INBOUND || question.login().isPresent()) {
      return answers;
    }
    List<Integer> screened =
        IntStream.range(0, answers.size())
            .filter(i -> answers.get(i).accepted())
            // RFC 5321 section 4.5.1: whoever is refused by mistake must be able to say so
            .filter(i -> !Postmaster.is(question.recipients().get(i)))
            .boxed()
            .toList();
    if (screened.isEmpty()) {
      return answers;
    }
    RelaySettings settings = settings();
    if (!settings.screening().isOn() || settings.trusts(question.client())) {
      return answers;
    }
    List<RecipientAnswer> passed =
        decide(
            settings.screening(),
            question.about(screened.stream().map(question.recipients()::get).toList()),
            screened.stream().map(answers::get).toList());
    List<RecipientAnswer> all = new ArrayList<>(answers);
    for (int i = 0; i < screened.size(); i++) {
      all.set(screened.get(i), passed.get(i));
    }
    return all;
  }

  private List<RecipientAnswer> decide(
      Screening screening, RecipientsQuestion question, List<RecipientAnswer> accepted)
      throws IOException {
    Optional<Listed> listed =
        screening.lists().isEmpty() ? Optional.empty() : lists.check(question.client(), screening);
    if (listed.isPresent()) {
      return Collections.nCopies(accepted.size(), refusal(question.client(), listed.get()));
    }
    return screening.greylisting() ? greylist.screen(question, accepted) : accepted;
  }

  /** RFC 5782 section 2.1: the reason of the list is for whoever was refused. */
  private static RecipientAnswer refusal(String client, Listed listed) {
    String text = client + " is listed by " + listed.zone();
    return new RecipientAnswer(
        false,
        SmtpReply.of(550, 7, 1, listed.reason().isEmpty() ? text : text + ": " + listed.reason()),
        "dns-list:" + listed.zone());
  }

  private RelaySettings settings() throws IOException {
    Instant now = clock.instant();
    Known before = known;
    if (before != null && before.until().isAfter(now)) {
      return before.settings();
    }
    RelaySettings settings = directory.relay().orElse(relayDefaults);
    boolean on = settings.screening().isOn();
    known = new Known(settings, now.plus(on ? FRESH : FRESH_WHEN_OFF));
    return settings;
  }
}
