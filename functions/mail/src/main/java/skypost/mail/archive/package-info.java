/**
 * Mailboxes as files that other programs read: mbox (RFC 4155, quoted as mboxrd) and a tar of a
 * Maildir. Both are written and read as streams, and reading can go on at any message.
 *
 * <p>Formats only; which messages are meant, and where they go, is decided in {@code
 * skypost.mail.transfer}. Nothing here touches a path that an archive names.
 */
package skypost.mail.archive;
