package skypost.local.bench;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.sun.management.ThreadMXBean;
import java.io.IOException;
import java.io.PrintStream;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import skypost.local.BenchSenderCheck;
import skypost.mail.directory.CachedDomains;
import skypost.mail.directory.CachedRelay;
import skypost.mail.directory.RelaySettings;
import skypost.mail.dns.Dns;
import skypost.mail.dns.TestDns;
import skypost.mail.memory.InMemoryDirectory;
import skypost.mail.message.Envelope;
import skypost.mail.message.MessageSource;
import skypost.mail.verify.VerifySender;
import skypost.protocol.address.EmailAddress;

/**
 * What ReceiveFunction does to find out who sent a message, on DNS answers that are known: SPF,
 * DKIM, DMARC and ARC, the field that tells it, and the judgement. One thread; its own CPU time
 * counts.
 */
final class AuthBench {
  private static final int WARM = 3000;
  private static final int MESSAGES = 2000;
  private static final int ROUNDS = 5;
  private static final int WAITS = 300;
  private static final String PASS = "dmarc=pass header.from=far.example";

  private final PrintStream out;
  private final ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
  private final Clock clock = Clock.systemUTC();

  private AuthBench(PrintStream out) {
    this.out = out;
  }

  /** Measures messages of these sizes. */
  static void run(List<Integer> sizes, PrintStream out) throws Exception {
    new AuthBench(out).run(sizes);
    for (int size : sizes) {
      waits(size, out);
    }
  }

  private static void waits(int size, PrintStream out) throws Exception {
    Path scratch = Files.createTempDirectory("skypost-bench-");
    try (var system = new BenchSenderCheck(scratch, size)) {
      out.printf("%n%-34s %14s %14s%n", "reply to a message, ms", "median", "95 %");
      for (boolean checked : new boolean[] {false, true, false, true}) { // the first two warm up
        List<Double> waits = system.run(WAITS, checked);
        String what =
            BenchOptions.size(size) + (checked ? ", looked at first" : ", accepted at once");
        out.printf("%-34s %14.1f %14.1f%n", what, Median.of(waits), waits.get(WAITS * 95 / 100));
      }
    } finally {
      SmtpBench.delete(scratch);
    }
  }

  private void run(List<Integer> sizes) throws IOException, GeneralSecurityException {
    SignedMail rsa = SignedMail.rsa("far.example", "r");
    SignedMail ed25519 = SignedMail.ed25519("far.example", "e");
    try (TestDns dns = TestDns.start()) {
      dns.add("far.example", "TXT", "\"v=spf1 include:spf.far.example -all\"");
      dns.add("spf.far.example", "TXT", "\"v=spf1 ip4:198.51.100.0/24 ip4:192.0.2.0/24 -all\"");
      dns.add("_dmarc.far.example", "TXT", "\"v=DMARC1; p=reject; adkim=s\"");
      for (SignedMail signer : List.of(rsa, ed25519)) {
        dns.add(signer.keyName(), "TXT", signer.keyRecord());
      }
      VerifySender verifier = verifier(dns);
      out.printf("%-34s %14s %14s%n", "message", "ms CPU", "KB allocated");
      for (int size : sizes) {
        String kind = BenchOptions.size(size) + ", ";
        measure(kind + "unsigned", verifier, SignedMail.unsigned(size));
        measure(kind + "rsa-2048", verifier, rsa.sign(SignedMail.unsigned(size)));
        measure(
            kind + "rsa-2048 and ed25519",
            verifier,
            ed25519.sign(rsa.sign(SignedMail.unsigned(size))));
      }
    }
  }

  private VerifySender verifier(TestDns dns) {
    var directory = new InMemoryDirectory();
    Dns published = Dns.published(Optional.of(dns.address()), Duration.ofSeconds(2), 2);
    return new VerifySender(
        new VerifySender.Ports(
            published,
            new CachedDomains(directory, clock),
            new CachedRelay(directory, RelaySettings.DEFAULT, clock)),
        "mx.bench.test",
        clock);
  }

  private Envelope envelope() {
    var origin =
        new Envelope.Origin(
            clock.instant(),
            Optional.of("192.0.2.1"),
            "mail.far.example",
            Optional.empty(),
            Optional.empty());
    var to = List.of(new Envelope.Recipient(new EmailAddress("ann", "bench.test")));
    return new Envelope(EmailAddress.parse("joe@far.example"), Map.of(), to, origin);
  }

  private void measure(String what, VerifySender verifier, String message) throws IOException {
    MessageSource source = MessageSource.of(message.getBytes(US_ASCII));
    verify(verifier, source, WARM);
    List<Double> cpu = new ArrayList<>();
    long allocated = 0;
    for (int round = 0; round < ROUNDS; round++) {
      long start = threads.getCurrentThreadCpuTime();
      long before = threads.getCurrentThreadAllocatedBytes();
      verify(verifier, source, MESSAGES);
      allocated = (threads.getCurrentThreadAllocatedBytes() - before) / MESSAGES;
      cpu.add((threads.getCurrentThreadCpuTime() - start) / 1e6 / MESSAGES);
    }
    out.printf("%-34s %14.3f %14d%n", what, Median.of(cpu), allocated / 1024);
  }

  private void verify(VerifySender verifier, MessageSource source, int times) throws IOException {
    Envelope envelope = envelope();
    for (int i = 0; i < times; i++) {
      String said = verifier.verify(envelope, source).results().value();
      if (!said.contains(PASS)) {
        throw new IOException("not verified: " + said);
      }
    }
  }
}
