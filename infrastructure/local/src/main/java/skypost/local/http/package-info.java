/**
 * What the local endpoints need of HTTP: the JDK's server for the few requests of people ({@link
 * HttpServers}), and a blocking one of our own for the many of the SDK's clients ({@link
 * ServiceServer}; RFC 9110, RFC 9112). No proxies, no HTTP/2, no TLS: only this machine asks.
 */
package skypost.local.http;
