/**
 * An S3 endpoint over a folder, for the local system: the REST API with Signature Version 4, as far
 * as mail needs it (Amazon S3 API reference). Objects are put whole or in parts, read whole or in
 * ranges, listed and deleted; conditional writes have one winner, and what does not match its
 * checksum is refused. Not here: copies, versions, policies, encryption, metadata other than the
 * type.
 */
package skypost.local.s3;
