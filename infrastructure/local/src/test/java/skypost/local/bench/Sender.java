package skypost.local.bench;

import java.io.IOException;
import skypost.local.BenchMail;

/** Something that sends mail to the sink, to be measured. */
interface Sender extends AutoCloseable {
  /** In the table. */
  String name();

  /** Whose CPU counts. */
  ProcessTree processes();

  /** Whether compilers must be warmed up first. */
  boolean isJava();

  /** Queues mail, and waits until nothing keeps it from being sent at once. */
  void prepare(BenchMail mail) throws IOException, InterruptedException;

  /** Lets it go. It may return before all is sent. */
  void send() throws IOException, InterruptedException;

  /** What a message of the last turn cost, on one line; empty when nothing is billed. */
  String costs() throws IOException, InterruptedException;

  @Override
  void close() throws IOException;
}
