package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.ManageUsers;
import skypost.mail.admin.Outcome;
import skypost.mail.directory.Account.User;
import skypost.protocol.address.EmailAddress;

/** {@code /v1/users}. A password goes in and never comes out. */
final class UserRoutes {
  private static final long MAX_QUOTA = 1L << 50;
  private static final int MAX_PASSWORD = 1024; // characters, as AuthorizeFunction takes them
  private static final Set<String> MEMBERS =
      Set.of("address", "password", "quotaBytes", "deleteAfterRetrieval", TimesMembers.NAME);

  private final ManageUsers users;

  UserRoutes(ManageUsers users) {
    this.users = users;
  }

  List<Route> routes() {
    String one = "/v1/users/{address}";
    return List.of(
        Route.of("GET", "/v1/users", this::list, "domain", Paging.LIMIT, Paging.NEXT),
        Route.of(
            "GET",
            one,
            (request, path) ->
                Answers.of(request, users.find(Answers.address(path)), UserRoutes::render)),
        Route.of(
            "PUT",
            one,
            (request, path) -> put(request, Answers.address(path), Members.of(request, MEMBERS))),
        Route.of("PATCH", one, this::patch),
        Route.of(
            "DELETE", one, (request, path) -> Answers.gone(users.delete(Answers.address(path)))));
  }

  private Response list(Request request, Route.PathValues path) throws IOException, Refusal {
    Optional<String> domain = Answers.domain(request);
    return Paging.of(request)
        .answer((limit, next) -> users.list(domain, limit, next), UserRoutes::render);
  }

  private Response patch(Request request, Route.PathValues path) throws IOException, Refusal {
    EmailAddress address = Answers.address(path);
    Outcome<User> outcome =
        Answers.changed(() -> {
          User seen = Answers.found(users.look(address));
          Members members = Members.patched(request, render(seen), MEMBERS);
          if (members.isRemoved("password")) {
            members.error("password", "a user has one: it can be changed, not removed");
          }
          Wanted wanted = read(address, members);
          return users.replace(seen, wanted.user(), wanted.password());
        });
    return Answers.of(request, outcome, UserRoutes::render);
  }

  private Response put(Request request, EmailAddress address, Members members)
      throws IOException, Refusal {
    Wanted wanted = read(address, members);
    return Answers.of(request, users.put(wanted.user(), wanted.password()), UserRoutes::render);
  }

  /** What a user is to be; the password stays where it is empty. */
  private record Wanted(User user, Optional<String> password) {}

  private static Wanted read(EmailAddress address, Members members) throws Refusal {
    members.same("address", address.toString());
    Optional<String> password =
        members.parsed(
            "password",
            "1 to " + MAX_PASSWORD + " characters without control characters",
            text -> Optional.of(text).filter(UserRoutes::canBeTyped));
    User user =
        new User(
            address,
            members.number("quotaBytes", 0, MAX_QUOTA, 0),
            members.flag("deleteAfterRetrieval", false),
            Optional.empty(), // set by /filters alone
            TimesMembers.read(members));
    members.check();
    return new Wanted(user, password);
  }

  /** PASS takes no line end, SASL PLAIN no NUL (RFC 4616 section 2). */
  private static boolean canBeTyped(String password) {
    return !password.isEmpty()
        && password.length() <= MAX_PASSWORD
        && password.chars().noneMatch(c -> c < 32 || c == 127);
  }

  private static Map<String, Object> render(User user) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("address", user.address().toString());
    fields.put("quotaBytes", user.quotaBytes());
    fields.put("deleteAfterRetrieval", user.deleteAfterRetrieval());
    TimesMembers.render(user.times(), fields);
    return fields;
  }
}
