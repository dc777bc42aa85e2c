/**
 * SASL (RFC 4422), the server's side of each mechanism as pure steps: what to say to the client,
 * and what to ask of the caller. Base64 and line format belong to the protocol that carries it;
 * whether a password or a proof is right is asked of the caller, who keeps the keys: not here.
 */
package skypost.protocol.sasl;
