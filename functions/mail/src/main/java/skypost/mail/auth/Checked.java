package skypost.mail.auth;

import skypost.mail.auth.spf.SpfSession;
import skypost.mail.auth.spf.SpfVerdict;

/** What is known of who sent a message. */
public record Checked(SpfSession session, SpfVerdict spf) {}
