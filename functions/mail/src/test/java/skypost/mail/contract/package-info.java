/**
 * What every implementation of a port must do. The abstract classes run on the ports in memory
 * here, and on the AWS adapters in {@code functions/aws}. They use names and ids of their own in
 * each test, so that tests may share tables and buckets.
 */
package skypost.mail.contract;
