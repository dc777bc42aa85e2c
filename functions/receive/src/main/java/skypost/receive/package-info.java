/**
 * ReceiveFunction: deals with stored messages. What is done with them is in {@code
 * skypost.mail.receive}.
 */
package skypost.receive;
