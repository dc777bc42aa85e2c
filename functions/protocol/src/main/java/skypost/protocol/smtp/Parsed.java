package skypost.protocol.smtp;

/** What came of reading a command line: never an exception, whatever the peer sends. */
public sealed interface Parsed {
  record Ok(SmtpCommand command) implements Parsed {}

  /**
   * @param reply what to tell the client
   */
  record Bad(SmtpReply reply) implements Parsed {}
}
