/** A Sieve script as it is understood: sealed records, which {@code run} walks over. */
package skypost.mail.sieve.script;
