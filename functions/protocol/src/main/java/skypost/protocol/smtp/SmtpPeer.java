package skypost.protocol.smtp;

import java.util.Optional;
import skypost.protocol.net.TlsInfo;

/**
 * Who is connected, before he has said anything.
 *
 * @param address his IP address in text
 * @param tls what TLS negotiated
 */
public record SmtpPeer(String address, Optional<TlsInfo> tls) {}
