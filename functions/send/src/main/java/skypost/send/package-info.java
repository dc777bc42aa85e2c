/**
 * SendFunction: woken by SQS, it sends entries of the outbound queue. Everything is decided in
 * {@code skypost.mail.send}.
 */
package skypost.send;
