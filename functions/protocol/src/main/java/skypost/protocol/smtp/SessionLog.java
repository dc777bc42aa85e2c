package skypost.protocol.smtp;

import skypost.protocol.log.EventLog;

/**
 * The lines that a session writes, one for each decision.
 *
 * @param address the peer's
 */
record SessionLog(String address) {
  /** A recipient was refused. */
  void refused(SmtpClient client, SmtpSender sender, SmtpRecipient recipient, SmtpReply reply) {
    of("rcpt", client)
        .with("from", text(sender))
        .with("to", recipient.address())
        .with("reply", reply)
        .write();
  }

  /** A message was taken, or not. */
  void message(SmtpTransaction transaction, MessageIntake intake, SmtpReply reply) {
    SmtpClient client = transaction.client();
    EventLog.info("message")
        .with("id", intake.id().orElse(null))
        .with("client", client.peer().address())
        .with("helo", client.helo())
        .with("login", client.login().orElse(null))
        .with("from", text(transaction.sender()))
        .with("recipients", transaction.recipients().size())
        .with("size", intake.size())
        .with("reply", reply)
        .write();
  }

  /** We have had enough of the peer. */
  void hangup(SmtpReply reply) {
    EventLog.info("hangup").with("client", address).with("reply", reply).write();
  }

  /** The peer could not or would not begin TLS. */
  void tls(Exception fault) {
    EventLog.info("tls").with("client", address).cause(fault).write();
  }

  /** Nobody could be asked. */
  void gate(Exception fault) {
    EventLog.error("gate").with("client", address).cause(fault).write();
  }

  /** There were not as many answers as questions. */
  void gate(int asked, int answered) {
    EventLog.error("gate").with("asked", asked).with("answered", answered).write();
  }

  /** No message could be begun. */
  void store(Exception fault) {
    EventLog.error("store").with("client", address).cause(fault).write();
  }

  private static EventLog of(String event, SmtpClient client) {
    return EventLog.info(event)
        .with("client", client.peer().address())
        .with("helo", client.helo())
        .with("login", client.login().orElse(null));
  }

  private static String text(SmtpSender sender) {
    return sender.address().map(Object::toString).orElse("<>");
  }
}
