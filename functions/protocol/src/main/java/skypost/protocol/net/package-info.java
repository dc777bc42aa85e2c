/**
 * Connections: bytes in and out over TCP and TLS, listeners on virtual threads, the PROXY protocol.
 *
 * <p>What the bytes mean is not known here. Memory per connection is bounded, and small while it is
 * idle.
 */
package skypost.protocol.net;
