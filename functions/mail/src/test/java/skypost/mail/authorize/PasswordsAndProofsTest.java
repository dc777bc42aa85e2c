package skypost.mail.authorize;

import static org.assertj.core.api.Assertions.assertThat;
import static skypost.mail.contract.Samples.address;

import java.io.IOException;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import skypost.mail.admin.ManageAppPasswords;
import skypost.mail.admin.Outcome;
import skypost.mail.authorize.Authorizer.Grant;
import skypost.mail.authorize.Authorizer.LoginAnswer;
import skypost.mail.authorize.Authorizer.LoginQuestion;
import skypost.mail.authorize.Authorizer.ScramAnswer;
import skypost.mail.authorize.Authorizer.ScramQuestion;
import skypost.mail.authorize.Authorizer.ScramSaltQuestion;
import skypost.mail.authorize.Authorizer.Service;
import skypost.mail.directory.AppPassword;
import skypost.mail.directory.Domain;
import skypost.mail.directory.Postmaster;
import skypost.mail.directory.RelaySettings;
import skypost.mail.directory.ScramKeys;
import skypost.mail.directory.StoredPassword;
import skypost.mail.memory.InMemoryCredentials;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.memory.InMemoryLoginAttempts;
import skypost.mail.memory.InMemoryMailboxes;
import skypost.mail.memory.InMemoryProbedRecipients;
import skypost.mail.memory.InMemoryRelayRecipients;
import skypost.mail.memory.InMemorySuppressions;
import skypost.mail.memory.InMemoryTallies;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;
import skypost.protocol.sasl.TestScram;

/** App passwords, and SCRAM with each of a user's passwords, as the fronts ask about them. */
class PasswordsAndProofsTest {
  private static final EmailAddress ANN = address("ann@local.example");
  private static final String PASSWORD = "秘密 secret";

  private final Clock clock = Clock.fixed(Instant.parse("2026-11-25T12:00:00Z"), ZoneOffset.UTC);
  private final InMemoryCredentials credentials = new InMemoryCredentials();
  private final InMemoryDirectory directory = new InMemoryDirectory();
  private final AuthorizeLogin logins =
      new AuthorizeLogin(credentials, new InMemoryLoginAttempts(), directory, clock);
  private final ManageAppPasswords apps =
      new ManageAppPasswords(credentials, new SecureRandom(), clock);

  @BeforeEach
  void ann() throws IOException {
    directory.putDomain(Domain.local("local.example"));
    ScramSalt salt = ScramKeys.salt(new SecureRandom());
    credentials.put(ANN, salt, StoredPassword.of(PASSWORD, salt, new SecureRandom()));
  }

  private String appPassword(String name) throws IOException {
    return ((Outcome.Created<AppPassword.Generated>) apps.create(ANN, name)).thing().text();
  }

  private boolean opens(String password) throws IOException {
    var question = new LoginQuestion(Service.SUBMISSION, "192.0.2.1", ANN.toString(), password);
    return logins.decide(question) instanceof LoginAnswer.Accepted;
  }

  @Test
  void appPasswordsWorkBesideTheUsersOwn() throws IOException {
    String phone = appPassword("phone");
    String laptop = appPassword("laptop");

    assertThat(List.of(phone, laptop)).doesNotHaveDuplicates().allMatch(t -> t.length() == 34);
    assertThat(opens(PASSWORD)).isTrue();
    assertThat(opens(phone)).isTrue();
    assertThat(opens(laptop)).isTrue();
    assertThat(opens(phone.substring(0, 33) + "a")).isFalse();
    assertThat(opens("zzzzzz" + phone.substring(6))).isFalse();

    apps.delete(ANN, phone.substring(0, 6));
    assertThat(opens(phone)).isFalse();
    assertThat(opens(laptop)).isTrue();
  }

  @Test
  void theListTellsWhenOneWasUsed() throws IOException {
    String phone = appPassword("phone");
    appPassword("laptop");
    opens(phone);

    var entries = ((Outcome.Done<List<ManageAppPasswords.Entry>>) apps.list(ANN)).thing();
    assertThat(entries)
        .filteredOn(entry -> entry.name().equals("phone"))
        .singleElement()
        .isEqualTo(
            new ManageAppPasswords.Entry(
                phone.substring(0, 6),
                "phone",
                LocalDate.of(2026, 11, 25),
                Optional.of(LocalDate.of(2026, 11, 25))));
    assertThat(entries).filteredOn(entry -> entry.lastUsed().isEmpty()).hasSize(1);
    assertThat(credentials.find(ANN).orElseThrow().appPasswords().toString())
        .doesNotContain(phone.substring(7));
  }

  @Test
  void thereIsAMostOfThem() throws IOException {
    for (int i = 0; i < AppPassword.MOST; i++) {
      appPassword("program " + i);
    }
    assertThat(apps.create(ANN, "one more")).isInstanceOf(Outcome.Conflict.class);
    assertThat(apps.create(address("nobody@local.example"), "x"))
        .isInstanceOf(Outcome.Missing.class);
  }

  // ---- SCRAM

  private ScramAnswer prove(String username, String password) throws IOException {
    ScramSalt salt = salt(username);
    var client = new TestScram("n,,", new byte[0], username, password, "abc");
    String serverFirst = "r=abcdef,s=" + salt.salt() + ",i=" + salt.iterations();
    String last = client.last(serverFirst);
    int proof = last.lastIndexOf(",p=");
    String exchange =
        client.first().substring(3) + "," + serverFirst + "," + last.substring(0, proof);
    ScramAnswer answer =
        logins.decide(
            new ScramQuestion(
                Service.SUBMISSION,
                "192.0.2.1",
                new ScramProof(username, exchange, last.substring(proof + 3))));
    if (answer instanceof ScramAnswer.Accepted accepted) {
      assertThat("v=" + accepted.login().serverSignature()).isEqualTo(client.expectedSignature());
    }
    return answer;
  }

  private ScramSalt salt(String username) throws IOException {
    return logins.decide(new ScramSaltQuestion(Service.SUBMISSION, "192.0.2.1", username));
  }

  @Test
  void anyOfTheUsersPasswordsCanBeProved() throws IOException {
    String phone = appPassword("phone");

    assertThat(prove("Ann@LOCAL.example", PASSWORD))
        .isInstanceOfSatisfying(
            ScramAnswer.Accepted.class,
            accepted -> {
              assertThat(accepted.login().user()).isEqualTo(ANN);
              assertThat(accepted.grant())
                  .isEqualTo(new Grant(List.of(ANN), List.of("local.example")));
            });
    assertThat(prove(ANN.toString(), phone)).isInstanceOf(ScramAnswer.Accepted.class);
    assertThat(credentials.find(ANN).orElseThrow().history().appPasswords())
        .containsOnlyKeys(phone.substring(0, 6));
    assertThat(prove(ANN.toString(), "wrong")).isInstanceOf(ScramAnswer.Refused.class);
    assertThat(prove("nobody@local.example", PASSWORD)).isInstanceOf(ScramAnswer.Refused.class);
  }

  @Test
  void aNewPasswordLeavesAppPasswordsProvable() throws IOException {
    String phone = appPassword("phone");
    ScramSalt salt = credentials.find(ANN).orElseThrow().salt().orElseThrow();
    credentials.put(ANN, salt, StoredPassword.of("new one", salt, new SecureRandom()));

    assertThat(prove(ANN.toString(), phone)).isInstanceOf(ScramAnswer.Accepted.class);
    assertThat(prove(ANN.toString(), "new one")).isInstanceOf(ScramAnswer.Accepted.class);
    assertThat(prove(ANN.toString(), PASSWORD)).isInstanceOf(ScramAnswer.Refused.class);
  }

  @Test
  void guessingProofsIsSlowedDownLikePasswords() throws IOException {
    for (int i = 0; i < 5; i++) {
      prove(ANN.toString(), "wrong");
    }
    assertThat(prove(ANN.toString(), PASSWORD)).isInstanceOf(ScramAnswer.Refused.class);
    assertThat(opens(PASSWORD)).isFalse();
  }

  @Test
  void theSaltOfNobodyLooksLikeASalt() throws IOException {
    ScramSalt nobody = salt("nobody@local.example");

    assertThat(salt("NOBODY@local.example")).as("always the same").isEqualTo(nobody);
    assertThat(nobody.salt()).hasSameSizeAs(salt(ANN.toString()).salt());
    assertThat(nobody.iterations()).isEqualTo(salt(ANN.toString()).iterations());
    Set<ScramSalt> others = new HashSet<>();
    for (int i = 0; i < 10; i++) {
      others.add(salt("nobody" + i + "@local.example"));
    }
    assertThat(others).hasSize(10);
  }

  /** RFC 7677 section 3, and RFC 4013 section 3: what looks alike is alike. */
  @Test
  void keysAreThoseOfTheRfc() {
    ScramKeys keys = ScramKeys.of("pencil", TestScram.SALT).orElseThrow();
    var proof =
        new ScramProof(
            "user",
            "n=user,r=rOprNGfwEbeRWgbNEkqO,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,"
                + "s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,"
                + "c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0",
            "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=");

    assertThat(keys.check(proof)).contains("6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=");
    assertThat(keys.check(new ScramProof("user", proof.authMessage(), "AAAA"))).isEmpty();
    assertThat(ScramKeys.of("I\u00adX", TestScram.SALT))
        .isEqualTo(ScramKeys.of("IX", TestScram.SALT));
    assertThat(ScramKeys.of("\u2168", TestScram.SALT))
        .isEqualTo(ScramKeys.of("IX", TestScram.SALT));
    assertThat(ScramKeys.of("\u0007", TestScram.SALT)).isEmpty();
  }

  @Test
  void questionsAndAnswersSurviveTheWire() throws IOException {
    var recipients =
        new AuthorizeRecipients(
            new AuthorizeRecipients.Ports(
                directory,
                new InMemoryMailboxes(),
                new CheckRelayRecipients(
                    new InMemoryRelayRecipients(),
                    new InMemoryProbedRecipients(),
                    (domain, asked) -> List.of(),
                    clock),
                new InMemorySuppressions()),
            RelaySettings.DEFAULT,
            clock);
    var decisions =
        new AuthorizeJson.Decisions(
            logins,
            recipients,
            new Postmaster(directory, "mx.test"),
            new CountTogether(new InMemoryTallies(), directory, RelaySettings.DEFAULT, clock));
    var salt = new ScramSaltQuestion(Service.POP3, "192.0.2.1", ANN.toString());
    byte[] salted = AuthorizeJson.answer(AuthorizeJson.write(salt), decisions);
    assertThat(AuthorizeJson.readScramSalt(salted)).isEqualTo(logins.decide(salt));

    var wrong =
        new ScramQuestion(Service.POP3, "192.0.2.1", new ScramProof(ANN.toString(), "x", "AAAA"));
    byte[] refused = AuthorizeJson.answer(AuthorizeJson.write(wrong), decisions);
    assertThat(AuthorizeJson.readScram(refused)).isEqualTo(new ScramAnswer.Refused());
  }
}
