package skypost.mail.archive;

import java.io.IOException;
import java.io.InputStream;

/** Octets that can be read more than once. */
public interface Octets {
  long size();

  /** From the beginning; to be closed. */
  InputStream open() throws IOException;
}
