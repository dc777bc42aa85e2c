package skypost.mail.authorize;

import java.util.Optional;
import java.util.function.Supplier;
import skypost.mail.directory.Screening;
import skypost.mail.dns.ClientLists;
import skypost.mail.dns.ClientLists.Listed;

/** Whether DNS lists speak against a client. */
@FunctionalInterface
public interface ClientScreen {
  /** Nobody is asked, and nobody refused. */
  ClientScreen NONE = (client, screening) -> Optional.empty();

  /** Why the client is refused; empty when it is not, or when it cannot be told. */
  Optional<Listed> check(String client, Screening screening);

  /** Asks lists that are made at the first question, so that nobody pays who has none. */
  static ClientScreen lazily(Supplier<ClientLists> maker) {
    return new ClientScreen() {
      private ClientLists lists;

      @Override
      public Optional<Listed> check(String client, Screening screening) {
        return made().check(client, screening);
      }

      private synchronized ClientLists made() {
        if (lists == null) {
          lists = maker.get();
        }
        return lists;
      }
    };
  }
}
