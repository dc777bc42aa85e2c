/**
 * What ReceiveFunction does: resolves the recipients of a stored message, files it in mailboxes,
 * queues what must leave, bounces what cannot be delivered, and writes the receipt. Every step may
 * be repeated.
 */
package skypost.mail.receive;
