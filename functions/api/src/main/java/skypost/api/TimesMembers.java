package skypost.api;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import skypost.mail.directory.FolderTimes;
import skypost.mail.sieve.message.Names;

/** How long folders keep messages, as users and domains have it: {@code {"Junk": 30}}. */
final class TimesMembers {
  static final String NAME = "retentionDays";

  private static final int MOST_FOLDERS = 50;
  private static final int MOST_DAYS = 36_500;

  private TimesMembers() {}

  static FolderTimes read(Members members) {
    Members folders = members.objectOf(NAME, MOST_FOLDERS);
    Map<String, Integer> days = new LinkedHashMap<>();
    for (String folder : folders.names()) {
      if (!Names.isMailbox(folder)) {
        folders.error(folder, "not the name of a folder");
      } else if (folders.raw(folder).isPresent()) {
        days.put(Names.mailbox(folder), (int) folders.number(folder, 0, MOST_DAYS, 0));
      }
    }
    return new FolderTimes(days);
  }

  static void render(FolderTimes times, Map<String, Object> fields) {
    if (!times.days().isEmpty()) {
      fields.put(NAME, new TreeMap<>(times.days()));
    }
  }
}
