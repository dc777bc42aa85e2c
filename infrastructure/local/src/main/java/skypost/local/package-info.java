/**
 * The whole system on one machine: an S3, an SQS and a DynamoDB endpoint, the Lambda Invoke API and
 * the HTTP API in front of the real handlers, and pollers with the semantics of Lambda's SQS event
 * source. Everything is bound to 127.0.0.1, and all state lies under one data folder and survives
 * {@code kill -9}.
 *
 * <p>Only the platform is here. What a message is, where it may go and how it is kept is decided in
 * the modules that run in the cloud, and they run here unchanged, through the AWS SDK.
 */
package skypost.local;
