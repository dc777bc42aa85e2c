/**
 * The ports in memory: for tests, and to show in the plainest way what each port promises. They
 * hold to the same contract tests as the adapters in {@code skypost.aws}; nothing here outlives the
 * process.
 */
package skypost.mail.memory;
