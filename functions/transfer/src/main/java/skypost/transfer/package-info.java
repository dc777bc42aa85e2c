/**
 * TransferFunction: woken by SQS, it carries exports and imports of mailboxes on. Everything is
 * decided in {@code skypost.mail.transfer}.
 */
package skypost.transfer;
