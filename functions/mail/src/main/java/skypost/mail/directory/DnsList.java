package skypost.mail.directory;

import java.util.List;

/**
 * A DNS list of client addresses (RFC 5782).
 *
 * @param zone where it is asked, such as {@code zen.example}
 * @param answers which of its answers count; empty: every one
 * @param weight what being listed adds to the client's score; below zero on a list of good clients
 */
public record DnsList(String zone, List<Network> answers, int weight) {
  public DnsList {
    answers = List.copyOf(answers);
  }

  /** Whether an answer counts. */
  public boolean matches(String answer) {
    return answers.isEmpty() || answers.stream().anyMatch(network -> network.contains(answer));
  }
}
