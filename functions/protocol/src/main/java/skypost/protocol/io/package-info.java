/** Streams of octets, whatever they mean and wherever they come from. */
package skypost.protocol.io;
