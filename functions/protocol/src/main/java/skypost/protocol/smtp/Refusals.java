package skypost.protocol.smtp;

import java.util.Optional;
import java.util.function.Consumer;
import skypost.protocol.net.Refusal;

/** Tells a counter what a session refuses, where only the reply is known. */
record Refusals(Consumer<Refusal> counter) {
  void count(Refusal why) {
    counter.accept(why);
  }

  /** Of a command, by the meaning of its code (RFC 5321 section 4.2.3). */
  void command(SmtpReply reply) {
    Optional<Refusal> why =
        Optional.ofNullable(
            switch (reply.code()) {
              case 500 -> Refusal.SYNTAX;
              case 501, 504, 555 -> Refusal.PARAMETER;
              case 502 -> Refusal.NOT_OFFERED;
              case 503 -> Refusal.SEQUENCE;
              case 530 -> Refusal.LOGIN_FIRST;
              case 550, 553 -> Refusal.NEEDS_SMTPUTF8;
              case 452 -> Refusal.TOO_MANY_RECIPIENTS;
              case 552 -> Refusal.TOO_BIG;
              case 554 -> Refusal.NO_RECIPIENTS;
              case 521 -> Refusal.OTHER_PROTOCOL;
              default -> null; // accepted, a login that failed, or a fault of ours
            });
    why.ifPresent(counter);
  }

  /** Of a message, at the end of its data. */
  void message(SmtpReply reply) {
    Optional<Refusal> why =
        Optional.ofNullable(
            switch (reply.code()) {
              case 500 -> Refusal.LINE_TOO_LONG;
              case 521 -> Refusal.BARE_LINE_END;
              case 552 -> Refusal.TOO_BIG;
              case 554 -> reply.subject() == 4 ? Refusal.LOOP : Refusal.CONTENT;
              default -> null; // accepted, or a fault of ours
            });
    why.ifPresent(counter);
  }
}
