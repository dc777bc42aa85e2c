package skypost.local;

/** SendFunction with mail to send, for the benchmark of sending. */
public interface BenchSender extends AutoCloseable {
  /** Puts mail into the outbound queue. */
  void prepare(BenchMail mail) throws Exception;

  /** Runs the function until all of it is sent. */
  void send() throws Exception;

  /** What a message has cost since it was accepted, on one line; empty when nothing is billed. */
  String costs();

  @Override
  void close();
}
