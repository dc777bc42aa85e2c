package skypost.mail.admin;

import java.time.Instant;
import java.util.Optional;
import skypost.mail.admin.MessageTrace.Event;
import skypost.protocol.address.EmailAddress;
import skypost.protocol.smtp.SmtpReply;

/** An {@link Event} in the making. Not thread safe. */
final class EventDraft {
  private final Instant at;
  private String event;
  private Optional<EmailAddress> recipient = Optional.empty();
  private Optional<String> folder = Optional.empty();
  private Optional<Long> uid = Optional.empty();
  private Optional<String> entry = Optional.empty();
  private Optional<String> server = Optional.empty();
  private Optional<String> tls = Optional.empty();
  private Optional<SmtpReply> reply = Optional.empty();
  private Optional<Instant> nextAttempt = Optional.empty();
  private Optional<String> by = Optional.empty();
  private Optional<String> detail = Optional.empty();

  /** Something happened; what it is called may be said later. */
  EventDraft(Instant at, String event) {
    this.at = at;
    this.event = event;
  }

  EventDraft named(String name) {
    event = name;
    return this;
  }

  EventDraft to(EmailAddress whom) {
    recipient = Optional.of(whom);
    return this;
  }

  EventDraft into(String where, Optional<Long> number) {
    folder = Optional.of(where);
    uid = number;
    return this;
  }

  EventDraft about(String id) {
    entry = Optional.of(id);
    return this;
  }

  EventDraft with(String peer, String security) {
    server = present(peer);
    tls = present(security);
    return this;
  }

  EventDraft because(SmtpReply answer) {
    reply = Optional.of(answer);
    return this;
  }

  EventDraft next(Instant when) {
    nextAttempt = Optional.of(when);
    return this;
  }

  EventDraft by(String whom, String more) {
    by = Optional.of(whom);
    return detailed(more);
  }

  EventDraft detailed(String more) {
    detail = present(more);
    return this;
  }

  Event event() {
    return new Event(
        at, event, recipient, folder, uid, entry, server, tls, reply, nextAttempt, by, detail);
  }

  private static Optional<String> present(String text) {
    return Optional.of(text).filter(some -> !some.isEmpty());
  }
}
