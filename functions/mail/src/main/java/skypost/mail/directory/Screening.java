package skypost.mail.directory;

import java.util.List;

/**
 * What clients of port 25 who are strangers have to pass besides the relay rules.
 *
 * @param lists DNS lists that are asked about the client; none: nobody is asked
 * @param threshold the score from which on a client is refused
 * @param greylisting whether who has not come before is put off once
 */
public record Screening(List<DnsList> lists, int threshold, boolean greylisting) {
  /** Nobody is screened. */
  public static final Screening OFF = new Screening(List.of(), 1, false);

  /** Without greylisting. */
  public Screening(List<DnsList> lists, int threshold) {
    this(lists, threshold, false);
  }

  public Screening {
    lists = List.copyOf(lists);
  }

  /** Whether anything is to be done. */
  public boolean isOn() {
    return greylisting || !lists.isEmpty();
  }
}
