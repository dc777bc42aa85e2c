package skypost.smtp;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import skypost.mail.authorize.Authorizer;
import skypost.mail.authorize.CountTogether;
import skypost.mail.contract.TestClock;
import skypost.mail.directory.Network;
import skypost.mail.directory.RelaySettings;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryTallies;
import skypost.protocol.sasl.ScramSalt;

/** The real decisions about what is counted, asked in process, at a time that a test sets. */
final class CountedQuestions implements Authorizer {
  Instant now = Instant.parse("2026-11-25T08:00:00Z");
  final Clock clock = TestClock.of(() -> now);
  int questions;
  boolean unreachable;

  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final CountTogether counts =
      new CountTogether(
          new InMemoryTallies(), directory, new RelaySettings(List.of(), Optional.empty()), clock);

  void trust(String... clients) {
    List<Network> networks = Arrays.stream(clients).map(Network::of).toList();
    directory.putRelay(new RelaySettings(networks, Optional.empty()));
  }

  @Override
  public SpendAnswer spend(SpendQuestion question) throws IOException {
    count();
    return counts.decide(question);
  }

  @Override
  public HoldAnswer hold(HoldQuestion question) throws IOException {
    count();
    return counts.decide(question);
  }

  private void count() throws IOException {
    questions++;
    if (unreachable) {
      throw new IOException("AuthorizeFunction does not answer");
    }
  }

  @Override
  public LoginAnswer login(LoginQuestion question) {
    throw new AssertionError("not asked");
  }

  @Override
  public ScramSalt scramSalt(ScramSaltQuestion question) {
    throw new AssertionError("not asked");
  }

  @Override
  public LoginAnswer tokenLogin(TokenQuestion question) {
    throw new AssertionError("not asked");
  }

  @Override
  public ScramAnswer scramLogin(ScramQuestion question) {
    throw new AssertionError("not asked");
  }

  @Override
  public List<RecipientAnswer> recipients(RecipientsQuestion question) {
    throw new AssertionError("not asked");
  }
}
