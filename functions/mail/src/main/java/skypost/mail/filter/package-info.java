/**
 * Users' filters: where they are kept, how simple rules become Sieve, and what is done with what a
 * script decides. The language itself is in {@code skypost.mail.sieve}.
 */
package skypost.mail.filter;
