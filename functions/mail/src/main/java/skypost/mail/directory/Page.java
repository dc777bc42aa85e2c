package skypost.mail.directory;

import java.util.List;
import java.util.Optional;

/**
 * A part of a list.
 *
 * @param items in the list's order
 * @param next hand it in to go on; empty at the end
 */
public record Page<T>(List<T> items, Optional<String> next) {
  public Page {
    items = List.copyOf(items);
  }
}
