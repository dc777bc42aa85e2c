package skypost.api;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import skypost.mail.admin.CheckMailbox;
import skypost.mail.admin.CheckMailbox.Finding;
import skypost.mail.admin.CheckMailbox.Report;
import skypost.mail.admin.CheckMailbox.Scope;

/** {@code /v1/users/{address}/mailbox/check}. */
final class CheckRoutes {
  private static final Set<String> MEMBERS = Set.of("repair", "bodies", "orphanDays");
  private static final int USUAL_BODIES = 1000;
  private static final int MOST_BODIES = 20_000; // what a caller can wait for
  private static final int MOST_DAYS = 45; // as long as receipts are kept

  private final CheckMailbox check;

  CheckRoutes(CheckMailbox check) {
    this.check = check;
  }

  List<Route> routes() {
    return List.of(Route.of("POST", "/v1/users/{address}/mailbox/check", this::check));
  }

  private Response check(Request request, Route.PathValues path) throws IOException, Refusal {
    var user = Answers.address(path);
    Members members = Members.of(request, MEMBERS);
    Scope scope =
        new Scope(
            members.flag("repair", false),
            (int) members.number("bodies", 0, MOST_BODIES, USUAL_BODIES),
            (int) members.number("orphanDays", 0, MOST_DAYS, 0));
    members.check();
    return Answers.of(request, check.check(user, scope), CheckRoutes::render);
  }

  private static Map<String, Object> render(Report report) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("messages", report.messages());
    fields.put("deleted", report.deleted());
    fields.put("bodies", report.bodies());
    fields.put("findings", report.findings().stream().map(CheckRoutes::render).toList());
    return fields;
  }

  private static Map<String, Object> render(Finding finding) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("kind", finding.kind());
    finding.folder().ifPresent(folder -> fields.put("folder", folder));
    finding.message().ifPresent(id -> fields.put("id", id.toString()));
    fields.put("stored", finding.stored());
    fields.put("found", finding.found());
    fields.put("repaired", finding.repaired());
    return fields;
  }
}
