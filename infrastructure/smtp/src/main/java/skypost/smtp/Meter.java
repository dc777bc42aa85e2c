package skypost.smtp;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.log.Metrics;
import skypost.protocol.log.Metrics.Unit;
import skypost.protocol.net.Refusal;
import skypost.protocol.sasl.ScramLogin;
import skypost.protocol.sasl.ScramProof;
import skypost.protocol.sasl.ScramSalt;
import skypost.protocol.smtp.SmtpClient;
import skypost.protocol.smtp.SmtpGate;
import skypost.protocol.smtp.SmtpRecipient;
import skypost.protocol.smtp.SmtpReply;
import skypost.protocol.smtp.SmtpSender;
import skypost.protocol.smtp.SmtpSink;

/** Counts what happens at one door. */
record Meter(Metrics metrics, Door door) {
  void connection() {
    add("Connections", Unit.COUNT, 1);
  }

  /** Counts refused recipients by their enhanced status code, and logins that failed. */
  SmtpGate gate(SmtpGate gate) {
    return new CountingGate(this, gate);
  }

  /**
   * Counts messages and their octets, and takes the time that storing keeps a client waiting.
   *
   * @param accepted run for each message that is stored
   */
  SmtpSink sink(SmtpSink sink, Runnable accepted) {
    return transaction -> {
      try {
        return new CountingIncoming(this, sink.begin(transaction), accepted);
      } catch (IOException | RuntimeException fault) {
        refused("store");
        throw fault;
      }
    };
  }

  private void add(String name, Unit unit, double value) {
    metrics.add(Map.of("Door", door.name()), name, unit, value);
  }

  /** Counts what is refused before or beside gate and sink. */
  void refused(Refusal why) {
    refused(why.reason());
  }

  private void refused(String reason) {
    metrics.add(Map.of("Door", door.name(), "Reason", reason), "Refused", Unit.COUNT, 1);
  }

  private record CountingGate(Meter meter, SmtpGate gate) implements SmtpGate {
    @Override
    public Optional<EmailAddress> login(SmtpClient client, String username, String password)
        throws IOException {
      return counted(gate.login(client, username, password));
    }

    @Override
    public ScramSalt scramSalt(SmtpClient client, String username) throws IOException {
      return gate.scramSalt(client, username);
    }

    @Override
    public Optional<ScramLogin> scramLogin(SmtpClient client, ScramProof proof) throws IOException {
      return counted(gate.scramLogin(client, proof));
    }

    @Override
    public Optional<EmailAddress> tokenLogin(
        SmtpClient client, Optional<String> authzid, String token) throws IOException {
      return counted(gate.tokenLogin(client, authzid, token));
    }

    @Override
    public List<SmtpReply> recipients(
        SmtpClient client, SmtpSender sender, List<SmtpRecipient> recipients) throws IOException {
      try {
        List<SmtpReply> replies = gate.recipients(client, sender, recipients);
        replies.stream()
            .filter(reply -> !reply.isPositive())
            .forEach(reply -> meter.refused(reply.enhanced()));
        return replies;
      } catch (IOException | RuntimeException fault) {
        meter.refused("authorize");
        throw fault;
      }
    }

    private <T> Optional<T> counted(Optional<T> login) {
      if (login.isEmpty()) {
        meter.add("LoginFailures", Unit.COUNT, 1);
      }
      return login;
    }
  }

  private static final class CountingIncoming extends SmtpSink.Incoming {
    private final Meter meter;
    private final SmtpSink.Incoming incoming;
    private final Runnable accepted;
    private long octets;

    CountingIncoming(Meter meter, SmtpSink.Incoming incoming, Runnable accepted) {
      this.meter = meter;
      this.incoming = incoming;
      this.accepted = accepted;
    }

    @Override
    public void write(int octet) throws IOException {
      incoming.write(octet);
      octets++;
    }

    @Override
    public void write(byte[] block, int offset, int length) throws IOException {
      incoming.write(block, offset, length);
      octets += length;
    }

    @Override
    public SmtpSink.Committed commit() throws IOException {
      long begin = System.nanoTime();
      try {
        SmtpSink.Committed committed = incoming.commit();
        switch (committed) {
          case SmtpSink.Committed.Stored _ -> {
            accepted.run();
            meter.add("Accepted", Unit.COUNT, 1);
            meter.add("Octets", Unit.BYTES, octets);
          }
          case SmtpSink.Committed.Refused(SmtpReply reply) -> meter.refused(reply.enhanced());
        }
        return committed;
      } catch (IOException | RuntimeException fault) {
        meter.refused("store");
        throw fault;
      } finally {
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        meter.add("StoreTime", Unit.MILLISECONDS, millis);
      }
    }

    @Override
    public void close() throws IOException {
      incoming.close();
    }
  }
}
