/**
 * Mailboxes: a head and pages per user, exactly-once delivery, UIDs that become visible in order,
 * counters and quota, the maildrop lease of POP3 (RFC 1939 section 4), flags and mod-sequences of
 * IMAP (RFC 7162).
 */
package skypost.mail.mailbox;
