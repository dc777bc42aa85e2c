/** What became of one message, for the sender's question "where is it?". */
package skypost.mail.trace;
