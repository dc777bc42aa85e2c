package skypost.smtp;

import skypost.protocol.smtp.SmtpSettings.Service;

/** The ports that a front opens. */
public enum Door {
  /** Port 25: from other servers. */
  SMTP(Service.MX, false),
  /** Port 587: from users, STARTTLS (RFC 6409). */
  SUBMISSION(Service.SUBMISSION, false),
  /** Port 465: from users, TLS at once (RFC 8314 section 3.3). */
  SUBMISSIONS(Service.SUBMISSION, true);

  private final Service service;
  private final boolean implicitTls;

  Door(Service service, boolean implicitTls) {
    this.service = service;
    this.implicitTls = implicitTls;
  }

  Service service() {
    return service;
  }

  boolean implicitTls() {
    return implicitTls;
  }
}
