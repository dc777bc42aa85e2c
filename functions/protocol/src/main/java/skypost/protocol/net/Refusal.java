package skypost.protocol.net;

import java.util.Locale;

/**
 * Why a server refused something that a peer did, for those who count: what was refused for the
 * sake of a recipient is counted by its reply instead.
 */
public enum Refusal {
  /** All places of the port are taken. */
  NO_PLACE,
  /** The server is going down. */
  SHUTTING_DOWN,
  /** The client's network has all the places that one may have. */
  CLIENT_LIMIT,
  /** The client's network connects too often. */
  CLIENT_RATE,
  /** A client that does not read, or does not write as fast as it must. */
  SLOW_CLIENT,
  /** Silence between two commands. */
  IDLE,
  /** The handshake failed. */
  TLS,
  /** Spoke before the greeting. */
  EARLY_TALKER,
  /** A verb of HTTP. */
  OTHER_PROTOCOL,
  /** A CR without LF, or a LF without CR. */
  BARE_LINE_END,
  LINE_TOO_LONG,
  /** No command at all. */
  SYNTAX,
  /** A command with an argument or parameter that it cannot have. */
  PARAMETER,
  /** A command that is known and not offered. */
  NOT_OFFERED,
  /** A command out of its order. */
  SEQUENCE,
  /** TLS or a login comes first. */
  LOGIN_FIRST,
  /** An address beyond ASCII without SMTPUTF8. */
  NEEDS_SMTPUTF8,
  TOO_MANY_ERRORS,
  TOO_MANY_COMMANDS,
  TOO_MANY_TRANSACTIONS,
  TOO_MANY_RECIPIENTS,
  /** Data without a recipient that was accepted. */
  NO_RECIPIENTS,
  TOO_BIG,
  /** Too many Received fields. */
  LOOP,
  /** Content that does not keep to MIME where it must. */
  CONTENT;

  /** As in {@code too-many-errors}. */
  public String reason() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
