/**
 * Certificates for the fronts where the operator has given none. What TLS does with them is in
 * {@code skypost.protocol.net}.
 */
package skypost.mail.tls;
