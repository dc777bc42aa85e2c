/**
 * Runs scripts: a pure function of script, message, envelope, time, mailboxes and what is
 * remembered, to a list of actions. To file, to send and to remember is the caller's part, in one
 * step with the receipt of the message. No action is done where the script fails: then the message
 * is kept.
 */
package skypost.mail.sieve.run;
