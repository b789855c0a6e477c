package dev.drover.fleet.device;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;

/** How a device is, as its reports and the time say. */
public final class DevicePresence {
  private final Duration interval;
  private final int missed;
  private final Clock clock;

  /**
   * Presence by reports that come at this interval.
   *
   * @param missed after how many missed reports a device counts as offline
   */
  public DevicePresence(Duration interval, int missed, Clock clock) {
    this.interval = interval;
    this.missed = missed;
    this.clock = clock;
  }

  /**
   * {@code revoked} when it is shut out, {@code registered} until its first report, {@code offline}
   * when it misses its reports; else what its last report says.
   */
  public String of(Device device) {
    if (device.shutOut().isPresent()) {
      return "revoked";
    }
    return device.seen().map(seen -> late(seen) ? "offline" : device.status()).orElse("registered");
  }

  private boolean late(Instant seen) {
    return seen.plus(interval.multipliedBy(missed)).isBefore(clock.instant());
  }

  /** Whether its last report is older than a time; true when it has made none. */
  public static boolean seenBefore(Device device, Instant time) {
    return device.seen().map(seen -> seen.isBefore(time)).orElse(true);
  }
}
