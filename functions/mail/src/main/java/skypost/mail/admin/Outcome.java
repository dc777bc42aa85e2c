package skypost.mail.admin;

/**
 * What became of an administrator's request.
 *
 * @param <T> what it was about
 */
public sealed interface Outcome<T> {
  /** Made anew. */
  record Created<T>(T thing) implements Outcome<T> {}

  /** Found, changed or removed, as was asked. */
  record Done<T>(T thing) implements Outcome<T> {}

  /**
   * Not there.
   *
   * @param what the thing that is missing, for a person
   */
  record Missing<T>(String what) implements Outcome<T> {}

  /**
   * Not possible in the present state of things.
   *
   * @param why for a person
   */
  record Conflict<T>(String why) implements Outcome<T> {}

  /**
   * The wish itself makes no sense.
   *
   * @param field which part of it
   * @param why for a person
   */
  record Invalid<T>(String field, String why) implements Outcome<T> {}
}
