/**
 * Understands scripts: from {@code grammar} to {@code script}. Everything that can be told to be
 * wrong without a message is told here, with line and column; nothing here knows a message.
 */
package skypost.mail.sieve.compile;
