package skypost.mail.directory;

import java.time.LocalDate;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * From where and with what a user has logged in. It is kept by the day, so that a login like
 * yesterday's costs no write.
 *
 * @param networks the client networks of right logins, each with a day on which there was one
 * @param appPasswords ids of app passwords, each with the last day of use
 */
public record LoginHistory(Map<String, LocalDate> networks, Map<String, LocalDate> appPasswords) {
  public static final LoginHistory NONE = new LoginHistory(Map.of(), Map.of());

  private static final int KNOWN_DAYS = 30;
  private static final int REFRESH_DAYS = 7; // a network is written once a week at most
  private static final int MOST_NETWORKS = 16;

  public LoginHistory {
    networks = Map.copyOf(networks);
    appPasswords = Map.copyOf(appPasswords);
  }

  /** Whether a login was right from there within the last month. */
  public boolean knows(String network, LocalDate today) {
    return networks.containsKey(network)
        && networks.get(network).plusDays(KNOWN_DAYS).isAfter(today);
  }

  /** With another right login; equal to this one when there is nothing worth writing down. */
  public LoginHistory with(String network, Optional<String> appPassword, LocalDate today) {
    Map<String, LocalDate> places = new HashMap<>(networks);
    LocalDate seen = places.get(network);
    if (seen == null || !seen.plusDays(REFRESH_DAYS).isAfter(today)) {
      places.put(network, today);
      while (places.size() > MOST_NETWORKS) {
        places.entrySet().stream()
            .min(Map.Entry.comparingByValue(Comparator.naturalOrder()))
            .ifPresent(oldest -> places.remove(oldest.getKey()));
      }
    }
    Map<String, LocalDate> programs = new HashMap<>(appPasswords);
    appPassword.ifPresent(id -> programs.put(id, today));
    return new LoginHistory(places, programs);
  }
}
