package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import skypost.mail.admin.ManageAppPasswords;
import skypost.mail.directory.AppPassword;
import skypost.protocol.address.EmailAddress;

/**
 * {@code /v1/users/{address}/app-passwords}. A generated password is in the answer that made it,
 * and in no other.
 */
final class AppPasswordRoutes {
  private static final int MAX_NAME = 100;
  private static final Set<String> MEMBERS = Set.of("name");

  private final ManageAppPasswords passwords;

  AppPasswordRoutes(ManageAppPasswords passwords) {
    this.passwords = passwords;
  }

  List<Route> routes() {
    String all = "/v1/users/{address}/app-passwords";
    return List.of(
        Route.of("GET", all, this::list),
        Route.of("POST", all, this::create),
        Route.of(
            "DELETE",
            all + "/{id}",
            (request, path) ->
                Answers.gone(passwords.delete(Answers.address(path), path.get("id")))));
  }

  private Response list(Request request, Route.PathValues path) throws IOException, Refusal {
    var entries = Answers.found(passwords.list(Answers.address(path)));
    return Response.json(
        200, Map.of("items", entries.stream().map(AppPasswordRoutes::render).toList()));
  }

  private Response create(Request request, Route.PathValues path) throws IOException, Refusal {
    EmailAddress user = Answers.address(path);
    Members members = Members.of(request, MEMBERS);
    members.required("name");
    Optional<String> name =
        members.parsed(
            "name",
            "1 to " + MAX_NAME + " characters without control characters",
            text -> Optional.of(text.strip()).filter(AppPasswordRoutes::canBeShown));
    members.check();
    AppPassword.Generated made = Answers.found(passwords.create(user, name.orElseThrow()));
    Map<String, Object> fields =
        render(
            new ManageAppPasswords.Entry(
                made.password().id(),
                made.password().name(),
                made.password().created(),
                Optional.empty()));
    fields.put("password", made.text());
    return Response.json(201, fields)
        .with("location", request.path() + "/" + made.password().id())
        .with("cache-control", "no-store"); // RFC 9111 section 5.2.2.5
  }

  private static boolean canBeShown(String name) {
    return !name.isEmpty()
        && name.length() <= MAX_NAME
        && name.chars().noneMatch(Character::isISOControl);
  }

  private static Map<String, Object> render(ManageAppPasswords.Entry entry) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("id", entry.id());
    fields.put("name", entry.name());
    fields.put("created", entry.created().toString());
    entry.lastUsed().ifPresent(day -> fields.put("lastUsed", day.toString()));
    return fields;
  }
}
