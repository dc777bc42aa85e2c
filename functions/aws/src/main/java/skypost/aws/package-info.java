/**
 * The ports of {@code skypost.mail} on S3, DynamoDB, SQS and Lambda. SDK types stop here.
 *
 * <p>An SDK fault becomes an {@link java.io.IOException}: unknown, hence temporary. A failed
 * condition is an outcome.
 */
package skypost.aws;
