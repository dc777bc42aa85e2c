/**
 * An HTTP/1.1 client for the AWS SDK that does no more than talking to AWS takes (RFC 9110, RFC
 * 9112): kept connections, TLS with the host's name checked, {@code Expect: 100-continue}. No
 * proxies, redirects, cookies, compression or HTTP/2; trying again is the SDK's part.
 */
package skypost.aws.http;
