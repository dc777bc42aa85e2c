/**
 * What an administrator does, behind the HTTP API: domains, users, aliases, relay settings, the
 * outbound queue and the trace of a message. Each class is one part of it and speaks ports only;
 * JSON and HTTP are in {@code functions/api}.
 *
 * <p>Every change may be repeated after an unknown outcome: a change that died half-way is finished
 * by the same request.
 */
package skypost.mail.admin;
