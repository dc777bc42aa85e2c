package skypost.mail.send;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import skypost.mail.auth.dkim.DkimSigner;
import skypost.mail.auth.dkim.SignableMessage;
import skypost.protocol.log.EventLog;
import skypost.protocol.smtp.client.Transaction;
import skypost.protocol.smtp.client.WireForm;

/**
 * A message with our signatures before it, over what leaves: after the conversion for a server that
 * takes 7 bits only. Each form is signed once, however many servers and recipients there are; a
 * large message is read once more for it. For one attempt.
 */
final class SignedContent implements Transaction.Content {
  private final MessageBody body;
  private final DkimSigner signer;
  private final Clock clock;
  private final Map<WireForm, byte[]> signatures = new EnumMap<>(WireForm.class);

  SignedContent(MessageBody body, DkimSigner signer, Clock clock) {
    this.body = body;
    this.signer = signer;
    this.clock = clock;
  }

  @Override
  public byte[] fieldsBefore(WireForm form) throws IOException {
    byte[] made = signatures.get(form);
    if (made == null) {
      made = sign(form);
      signatures.put(form, made);
    }
    return made;
  }

  private byte[] sign(WireForm form) throws IOException {
    SignableMessage message = new SignableMessage();
    try (InputStream in = body.open()) {
      form.write(in, message);
    }
    if (!message.isSignable()) {
      EventLog.warn("unsigned").with("domain", signer.domain()).with("reason", "header").write();
      return new byte[0];
    }
    return signer.sign(message, clock.instant());
  }

  @Override
  public long size() {
    return body.size();
  }

  @Override
  public boolean isEightBit() {
    return body.isEightBit();
  }

  @Override
  public boolean hasUtf8Headers() {
    return body.hasUtf8Headers();
  }

  @Override
  public InputStream open() throws IOException {
    return body.open();
  }
}
