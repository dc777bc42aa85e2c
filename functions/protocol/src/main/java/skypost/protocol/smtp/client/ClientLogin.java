package skypost.protocol.smtp.client;

/**
 * Our own account at another server.
 *
 * @param username as that server wants it
 * @param password never written anywhere
 */
public record ClientLogin(String username, String password) {
  public ClientLogin {
    if (username.isEmpty() || password.isEmpty()) {
      throw new IllegalArgumentException("a login has a username and a password");
    }
  }

  @Override
  public String toString() {
    return "ClientLogin[" + username + "]";
  }
}
