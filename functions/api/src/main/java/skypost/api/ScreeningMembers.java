package skypost.api;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import skypost.mail.directory.DnsList;
import skypost.mail.directory.Network;
import skypost.mail.directory.Screening;

/** DNS lists and greylisting as an administrator writes them. */
final class ScreeningMembers {
  private static final Set<String> DNS_LISTS = Set.of("lists", "threshold");
  private static final Set<String> DNS_LIST = Set.of("zone", "answers", "weight");
  private static final String ANSWER = "an address or a network in 127.0.0.0/8";
  private static final int LOOPBACK_PREFIX = 8;
  private static final int MAX_DNS_LISTS = 20; // each is a question for each new client
  private static final int MAX_ANSWERS = 50;
  private static final int MAX_WEIGHT = 1000;

  private ScreeningMembers() {}

  /** Reads them; what is wrong stays with the members. */
  static Screening read(Members members) {
    Members dnsLists = members.object("dnsLists", DNS_LISTS);
    List<DnsList> lists = new ArrayList<>();
    Set<String> zones = new HashSet<>();
    for (Members list : dnsLists.objects("lists", MAX_DNS_LISTS, DNS_LIST)) {
      Optional<String> zone = list.parsed("zone", "a domain name", SmartHostMembers::domain);
      List<Network> answers = list.list("answers", ANSWER, MAX_ANSWERS, ScreeningMembers::answer);
      int weight = (int) list.number("weight", -MAX_WEIGHT, MAX_WEIGHT, 1);
      list.required("zone");
      if (weight == 0) {
        list.error("weight", "0 would make no difference");
      }
      if (zone.isPresent() && !zones.add(zone.get() + " " + answers)) {
        list.error("zone", "is in the list already, for the same answers");
      }
      zone.ifPresent(name -> lists.add(new DnsList(name, answers, weight)));
    }
    int threshold = (int) dnsLists.number("threshold", 1, MAX_WEIGHT, 1);
    if (dnsLists.has("threshold") && !dnsLists.has("lists")) {
      dnsLists.error("lists", "is required where there is a threshold");
    }
    return new Screening(lists, threshold, members.flag("greylisting", false));
  }

  /** Lists answer in 127.0.0.0/8 (RFC 5782 section 2.3). */
  private static Optional<Network> answer(String text) {
    return Network.parse(text)
        .filter(network -> text.startsWith("127.") && network.prefix() >= LOOPBACK_PREFIX);
  }
}
