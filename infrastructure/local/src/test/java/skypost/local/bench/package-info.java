/**
 * Measures what the system takes, beside any other SMTP server on the same machine: accept rate,
 * latency, CPU per message, memory per connection. Run by {@code ./mvnw -q -Pbench}; how to read
 * the figures is told in infrastructure/docs/benchmarks.md.
 *
 * <p>Nothing here decides whether a build passes: figures from shared cores must not.
 */
package skypost.local.bench;
