package skypost.local.bench;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import skypost.mail.auth.dkim.DkimSigner;
import skypost.mail.auth.dkim.SignableMessage;
import skypost.mail.memory.InMemorySigningKeys;
import skypost.mail.signing.DomainKeys;
import skypost.mail.signing.LocalKeyVault;
import skypost.mail.signing.MakeSigningPair;
import skypost.mail.signing.Signers;
import skypost.mail.signing.SigningPair;
import skypost.protocol.smtp.client.WireForm;

/** What signing costs: CPU time of one thread for each message, by each key and by both. */
final class SigningBench {
  private static final int ROUNDS = 7;
  private static final long ROUND_NANOS = 500_000_000L;

  private SigningBench() {}

  static void run(PrintStream out) throws IOException {
    DkimSigner both = signer();
    out.println("signing, µs CPU a message   rsa-2048   ed25519      both");
    for (int size : new int[] {4 * 1024, 1024 * 1024}) {
      byte[] message = message(size);
      List<Double> figures = new ArrayList<>();
      for (DkimSigner signer :
          List.of(
              new DkimSigner(both.domain(), both.keys().subList(0, 1)),
              new DkimSigner(both.domain(), both.keys().subList(1, 2)),
              both)) {
        figures.add(median(signer, message));
      }
      out.printf(
          "%22s KB   %8.0f   %7.0f   %7.0f%n",
          size / 1024, figures.get(0), figures.get(1), figures.get(2));
    }
  }

  private static DkimSigner signer() throws IOException {
    var random = new SecureRandom();
    var vault = new LocalKeyVault(new byte[LocalKeyVault.KEY_OCTETS], random);
    var keys = new InMemorySigningKeys();
    DomainKeys none = DomainKeys.none("bench.test");
    SigningPair pair = new MakeSigningPair(vault, random).make(none, Instant.now());
    keys.replace(none.with(pair.in(new SigningPair.State.Active(Instant.now()))));
    return new Signers(keys, vault, Clock.systemUTC()).of("bench.test").orElseThrow();
  }

  private static byte[] message(int size) {
    String header =
        """
        Received: from client.bench.test by mx.bench.test with ESMTPSA; Wed, 25 Nov 2026 12:00:00 +0000
        From: Alice <alice@bench.test>
        To: Bob <bob@far.test>
        Subject: A subject of forty characters or so
        Date: Wed, 25 Nov 2026 12:00:00 +0000
        Message-ID: <0123456789@bench.test>
        MIME-Version: 1.0
        Content-Type: text/plain; charset=us-ascii

        """
            .replace("\n", "\r\n");
    String line = "The quick brown fox jumps over the lazy dog, and over it again.\r\n";
    int lines = (size - header.length()) / line.length();
    return (header + line.repeat(lines)).getBytes(StandardCharsets.US_ASCII);
  }

  /** Microseconds; the first rounds warm the JVM up and count too little in a median to matter. */
  private static double median(DkimSigner signer, byte[] message) throws IOException {
    ThreadMXBean threads = ManagementFactory.getThreadMXBean();
    double[] rounds = new double[ROUNDS];
    for (int round = 0; round < ROUNDS; round++) {
      int count = 0;
      long start = threads.getCurrentThreadCpuTime();
      long spent = 0;
      for (; spent < ROUND_NANOS; spent = threads.getCurrentThreadCpuTime() - start) {
        var signable = new SignableMessage();
        WireForm.LINES.write(new ByteArrayInputStream(message), signable);
        signer.sign(signable, Instant.now());
        count++;
      }
      rounds[round] = spent / 1000.0 / count;
    }
    Arrays.sort(rounds);
    return rounds[ROUNDS / 2];
  }
}
