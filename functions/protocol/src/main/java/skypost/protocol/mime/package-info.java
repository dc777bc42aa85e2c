/**
 * The form of MIME content (RFC 2045, RFC 2046) on its way through a server: as little of it as a
 * conversion between transfer encodings needs, streaming and bounded. What a message says is not
 * read here.
 */
package skypost.protocol.mime;
