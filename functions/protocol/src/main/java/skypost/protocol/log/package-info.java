/**
 * One structured line per decision, in the form {@code event=rcpt id=… to=… reply="550 5.1.1 …"}.
 * Secrets never.
 */
package skypost.protocol.log;
