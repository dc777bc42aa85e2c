/**
 * The certificates of the fronts: those that the operator gives, and one that vouches for itself
 * where he gives none. What TLS does with them is in {@code skypost.protocol.net}.
 */
package skypost.mail.tls;
