package skypost.local;

final class InFlight {
  static void release(String database) {}
}
