/**
 * Exports and imports of whole mailboxes. Each is an operation: an item that says how far it is,
 * and wakes that carry it on, because neither a request nor one invocation of a function lasts long
 * enough.
 *
 * <p>Everything may die anywhere and be repeated. An export records only what lies in parts of its
 * upload; an import records only what is filed, and gives a message that is filed again the id that
 * it had before. See {@code infrastructure/docs/decisions/transfers.md}. How an mbox or a Maildir
 * is written is in {@code skypost.mail.archive}.
 */
package skypost.mail.transfer;
