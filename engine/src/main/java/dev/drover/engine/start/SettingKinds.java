package dev.drover.engine.start;

import dev.drover.engine.guard.Limit;
import java.net.InetAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which kind each setting is: named here where a name or a range says more than its default does,
 * else of the kind of its default. So every setting of every process is checked by one reader.
 */
final class SettingKinds {
  private static final Pattern DURATION = Pattern.compile("(\\d{1,15})(ms|s|m|h|d)?");
  private static final String PLAIN_DURATION = "\\d+(ms|s|m|h|d)";
  private static final long LONGEST_MS = 3650L * 86_400_000;
  private static final Map<String, Long> UNITS =
      Map.of("ms", 1L, "s", 1_000L, "m", 60_000L, "h", 3_600_000L, "d", 86_400_000L);

  private static final SettingKind PORT =
      new SettingKind(
          "a port from 1 to 65535, or 0 for any free one", SettingKind.whole(0, 65_535).accepts());
  private static final SettingKind ADDRESS =
      new SettingKind("an IP address or a host name of this machine", SettingKinds::isAddress);
  private static final SettingKind FLAG = SettingKind.oneOf("true", "false");
  private static final SettingKind TEXT =
      new SettingKind(
          "text without control characters", text -> text.chars().noneMatch(c -> c < ' '));
  private static final SettingKind ID =
      SettingKind.matching("an id: 1 to 128 of A-Z a-z 0-9 . _ : -", "[A-Za-z0-9._:-]{1,128}");
  private static final SettingKind FILE =
      new SettingKind("a file that can be read", text -> Files.isReadable(Path.of(text))).orEmpty();
  private static final SettingKind LIMIT =
      new SettingKind(
          "a limit such as 10/1m: 1 to 999999 in 1 to 999999 ms, s, m, h or d",
          SettingKinds::isLimit);
  private static final SettingKind HTTP =
      url("http://host:port or https://host:port", "http", "https");

  private static final Map<String, SettingKind> NAMED =
      Map.ofEntries(
          Map.entry("drover.bind", ADDRESS),
          Map.entry("server.address", ADDRESS),
          Map.entry("drover.entity-id", ID.orEmpty()),
          Map.entry("drover.orchestrator-id", ID.orEmpty()),
          Map.entry("drover.queue", SettingKind.oneOf("mqtt", "kafka")),
          Map.entry(
              "drover.registration.trust", SettingKind.oneOf("tofu", "preregistered", "approval")),
          Map.entry("drover.sync.conflict-policy", SettingKind.oneOf("central-wins", "edge-wins")),
          Map.entry("drover.central.url", HTTP),
          Map.entry("drover.simulator.mall-url", HTTP),
          Map.entry("drover.public-url", HTTP.orEmpty()),
          Map.entry(
              "drover.mqtt.url",
              url("tcp://host:port or ssl://host:port", "tcp", "ssl", "ws", "wss").orEmpty()),
          Map.entry(
              "drover.mongo.url", url("mongodb://host:port", "mongodb", "mongodb+srv").orEmpty()),
          Map.entry(
              "drover.mongo.database",
              SettingKind.matching("1 to 63 of A-Z a-z 0-9 _ -", "[A-Za-z0-9_-]{1,63}")),
          Map.entry(
              "drover.kafka.brokers",
              SettingKind.matching("host:port", "[^\\s,]+:\\d{1,5}").list()),
          Map.entry(
              "drover.kafka.external",
              SettingKind.matching("host:port", "[^\\s,]+:\\d{1,5}").list().orEmpty()),
          Map.entry(
              "drover.events.topic",
              SettingKind.matching("1 to 200 of A-Z a-z 0-9 . _ -", "[A-Za-z0-9._-]{1,200}")),
          Map.entry(
              "drover.events.jitter",
              SettingKind.matching("a share from 0 to 1", "0|1|0?\\.\\d{1,6}|1\\.0+")),
          Map.entry("drover.events.partitions", SettingKind.whole(1, 1_000)),
          Map.entry("drover.events.replicas", SettingKind.whole(0, 100)),
          Map.entry("drover.events.in-sync-replicas", SettingKind.whole(0, 100)),
          Map.entry("drover.events.send-buffer", SettingKind.whole(1_024, Integer.MAX_VALUE)),
          Map.entry("drover.grpc.max-answer-bytes", SettingKind.whole(1_024, Integer.MAX_VALUE)),
          Map.entry("drover.heartbeat.missed", SettingKind.whole(1, Integer.MAX_VALUE)),
          Map.entry("drover.beacons.missed", SettingKind.whole(1, Integer.MAX_VALUE)),
          Map.entry("drover.beacons.log-page", SettingKind.whole(1, 1_000)),
          Map.entry("drover.sync.deltas-per-minute", SettingKind.whole(1, Integer.MAX_VALUE)),
          Map.entry("drover.sync.limit", SettingKind.whole(1, 5_000)),
          Map.entry("drover.uplink.max-bytes", SettingKind.whole(1, Long.MAX_VALUE)),
          Map.entry("drover.uplink.batch-size", SettingKind.whole(1, 100)),
          Map.entry("drover.uplink.queue-bytes", SettingKind.whole(1_024, Integer.MAX_VALUE)),
          Map.entry("drover.uplink.request-bytes", SettingKind.whole(1_024, Integer.MAX_VALUE)),
          Map.entry("drover.uplink.park-after", SettingKind.whole(1, Integer.MAX_VALUE)),
          Map.entry("drover.central.keys-interval", durationUpTo("5m")),
          Map.entry("drover.central.breaker-failures", SettingKind.whole(1, 1_000)),
          Map.entry("drover.central.max-answer", SettingKind.whole(65_536, Integer.MAX_VALUE)),
          Map.entry(
              "drover.central.max-batch-answer", SettingKind.whole(65_536, Integer.MAX_VALUE)),
          Map.entry("drover.central.max-item", SettingKind.whole(65_536, Integer.MAX_VALUE)),
          Map.entry("drover.events.max-bytes", SettingKind.whole(65_536, Integer.MAX_VALUE)),
          Map.entry("drover.revocation.follow-interval", durationUpTo("5s")),
          Map.entry("drover.health.min-free-mb", SettingKind.whole(0, Long.MAX_VALUE)));

  private SettingKinds() {}

  /**
   * The kind of a setting.
   *
   * @param process its name; central and an orchestrator differ in a few
   * @param standard the default, with its placeholders taken out
   */
  static SettingKind of(String process, String name, String standard) {
    if (name.equals("drover.beacons.approval")) {
      return process.equals("central")
          ? SettingKind.oneOf("auto", "operator")
          : SettingKind.oneOf("auto", "central", "operator");
    }
    SettingKind named = NAMED.get(name);
    if (named != null) {
      return named;
    }
    if (name.matches(".*[.-]port")) {
      return PORT;
    }
    if (name.matches(".*\\.tls\\.(certificate|key|client-authority)")) {
      return FILE;
    }
    return ofDefault(name, standard);
  }

  private static SettingKind ofDefault(String name, String standard) {
    if (isLimit(standard)) {
      return LIMIT;
    }
    if (standard.matches(PLAIN_DURATION)) {
      // a wait may be nothing, what is repeated or kept may not
      boolean mayBeNothing = name.matches(".*\\.(coalesce|debounce|retry-delay)");
      return duration(mayBeNothing ? 0 : 1);
    }
    if (standard.matches(PLAIN_DURATION + "(," + PLAIN_DURATION + ")+")) {
      return duration(0).list().orEmpty();
    }
    if (standard.matches("\\d+")) {
      boolean repeats = name.matches(".*([.-]period|-interval|-timeout)");
      return SettingKind.whole(repeats ? 1 : 0, Integer.MAX_VALUE);
    }
    return standard.matches("true|false") ? FLAG : TEXT;
  }

  /** More than nothing, and at most so long: what others rely on must not be set away. */
  private static SettingKind durationUpTo(String most) {
    long mostMs = millis(most);
    return new SettingKind(
        "a time such as 250ms or 90s, more than 0 and at most " + most,
        text -> millis(text) >= 1 && millis(text) <= mostMs);
  }

  /** The milliseconds of a time, or -1 for what is none. */
  private static long millis(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return -1;
    }
    long unit = matcher.group(2) == null ? 1 : UNITS.get(matcher.group(2));
    long number = Long.parseLong(matcher.group(1));
    return number <= LONGEST_MS / unit ? number * unit : -1;
  }

  private static SettingKind duration(long leastMs) {
    return new SettingKind(
        "a time such as 250ms, 90s, 15m, 24h or 7d"
            + (leastMs > 0 ? ", more than 0 and" : ",")
            + " at most 3650d",
        text -> {
          Matcher matcher = DURATION.matcher(text);
          if (!matcher.matches()) {
            return false;
          }
          long unit = matcher.group(2) == null ? 1 : UNITS.get(matcher.group(2));
          long number = Long.parseLong(matcher.group(1));
          return number <= LONGEST_MS / unit && number * unit >= leastMs;
        });
  }

  private static boolean isLimit(String text) {
    try {
      return Limit.parse(text).window().toMillis() > 0;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  /** An address in numbers is read as one; only names are looked up. */
  private static boolean isAddress(String text) {
    if (text.isBlank() || text.matches("[0-9.]+") && !text.matches("(\\d{1,3}\\.){3}\\d{1,3}")) {
      return false;
    }
    try {
      return InetAddress.getByName(text) != null;
    } catch (UnknownHostException e) {
      return false;
    }
  }

  private static SettingKind url(String allowed, String... schemes) {
    Predicate<String> accepts =
        text -> {
          try {
            URI uri = new URI(text);
            return uri.getScheme() != null
                && Set.of(schemes).contains(uri.getScheme())
                && uri.getRawAuthority() != null;
          } catch (URISyntaxException e) {
            return false;
          }
        };
    return new SettingKind(allowed, accepts);
  }
}
