/**
 * Wire formats and server loops, on the JDK alone. Who may do what is decided in {@code
 * skypost.mail}.
 */
package skypost.protocol;
