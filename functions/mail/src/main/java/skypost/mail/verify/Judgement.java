package skypost.mail.verify;

/** What a domain wants done with a message because of its sender, from mild to strict. */
public sealed interface Judgement {
  /** It is mail like any other. */
  record Accept() implements Judgement {}

  /** It lies in Junk, unless its user's filter says where it goes. */
  record Junk(Reason reason) implements Judgement {}

  /** It is refused while that can be done, and else lies in Junk. */
  record Refuse(Reason reason) implements Judgement {}

  /** Why. */
  enum Reason {
    DMARC_QUARANTINE("dmarc-quarantine"),
    DMARC_REJECT("dmarc-reject"),
    SPOOFED("spoofed");

    private final String word;

    Reason(String word) {
      this.word = word;
    }

    /** As logs and traces say it. */
    public String word() {
      return word;
    }
  }
}
