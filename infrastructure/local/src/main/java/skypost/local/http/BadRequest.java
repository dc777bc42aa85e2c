package skypost.local.http;

import java.io.IOException;

/** What came is no HTTP/1.1 request, or more than is read; the connection is of no more use. */
final class BadRequest extends IOException {
  private static final long serialVersionUID = 1;

  BadRequest(String what) {
    super(what);
  }
}
