/**
 * AuthorizeFunction: answers the fronts' questions about logins and recipients. The rules are in
 * {@code skypost.mail}.
 */
package skypost.authorize;
