/** What the local endpoints need of the JDK's HTTP server. */
package skypost.local.http;
