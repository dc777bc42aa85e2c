package skypost.protocol.pop3;

import skypost.protocol.net.Refusal;

/** Told what happens in sessions, so that it can be counted. Called from many threads. */
public interface Pop3Monitor {
  /** Wants to know nothing. */
  Pop3Monitor NONE = new Pop3Monitor() {};

  /** Somebody was let in. */
  default void login() {}

  /** A name or a password was wrong. */
  default void loginFailed() {}

  /** The whole of a message was sent. */
  default void retrieved(long octets) {}

  /** QUIT removed that many messages. */
  default void removed(int messages) {}

  /** A client did what it must not. */
  default void refused(Refusal why) {}
}
