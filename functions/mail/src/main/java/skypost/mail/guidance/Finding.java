package skypost.mail.guidance;

import java.util.List;
import skypost.mail.guidance.AdvisedRecord.Purpose;

/**
 * What a check of one thing has shown.
 *
 * @param purpose what it is for
 * @param name whose record it is
 * @param status whether it is as it should be
 * @param why for a person
 * @param found what is published there; empty when nothing is
 */
public record Finding(Purpose purpose, String name, Status status, String why, List<String> found) {
  public Finding {
    found = List.copyOf(found);
  }

  /** How it stands. */
  public enum Status {
    FINE,
    /** Nothing is published. */
    MISSING,
    /** What is published does harm, or does not do what it should. */
    WRONG,
    /** The DNS does not answer, or it cannot be told from here. */
    UNKNOWN
  }
}
