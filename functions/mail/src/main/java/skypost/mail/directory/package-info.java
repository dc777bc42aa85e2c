/**
 * Domains, users, aliases and relay settings: what the administrator has set, read by every
 * function.
 */
package skypost.mail.directory;
