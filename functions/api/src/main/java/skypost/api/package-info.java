/**
 * The HTTP API: an API Gateway HTTP API event in (payload format 2.0), JSON out, errors as RFC 9457
 * problems, partial changes as RFC 7396 merge patches. Wire format and routes only; what the routes
 * do is in {@code skypost.mail.admin}.
 */
package skypost.api;
