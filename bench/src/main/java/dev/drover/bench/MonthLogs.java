package dev.drover.bench;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Random;
import java.util.UUID;

/**
 * The access logs of one beacon of a month: what it says follows from the seed, so who receives a
 * log can tell what it must be. Most batches have 1 to 100 logs of about 250 bytes; one of 200 has
 * a hundred that together are nearly 1 MiB, which is the most that the mall takes.
 */
final class MonthLogs {
  private static final int MOST_LOGS = 100;
  private static final int EVERY = 200;
  private static final int LONG = 10_000;
  private static final Instant BEGIN = Instant.parse("2026-11-01T00:00:00Z");

  private final long seed;
  private final int beacon;
  private final int beacons;
  private final int count;
  private final Random random;
  private int batches;
  private int next;

  /**
   * The logs of a beacon.
   *
   * @param count how many it has in all
   */
  MonthLogs(long seed, int beacon, int beacons, int count) {
    this.seed = seed;
    this.beacon = beacon;
    this.beacons = beacons;
    this.count = count;
    this.random = new Random(seed * 1_000 + beacon);
  }

  /**
   * A batch.
   *
   * @param first the number of its first log
   * @param logs how many it has
   */
  record Batch(String body, int first, int logs) {}

  /** Whether there is another batch. */
  boolean more() {
    return next < count;
  }

  /** The next batch of this beacon. */
  Batch next(String beaconId) {
    boolean large = (batches * beacons + beacon) % EVERY == EVERY / 2;
    int logs = Math.min(count - next, large ? MOST_LOGS : 1 + random.nextInt(MOST_LOGS));
    StringBuilder body = new StringBuilder(logs * 300);
    body.append("{\"beacon_id\":\"%s\",\"batch_id\":\"b-%d\"".formatted(beaconId, batches));
    body.append(",\"total_logs\":").append(logs).append(",\"logs\":[");
    int first = next;
    for (int i = 0; i < logs; i++) {
      int text = large ? LONG + random.nextInt(100) : random.nextInt(120);
      body.append(i == 0 ? "" : ",").append(log(seed, beacon, next, text));
      next++;
    }
    batches++;
    return new Batch(body.append("]}").toString(), first, logs);
  }

  /**
   * One log.
   *
   * @param number from 0 on
   * @param text how long the text in it is; the log says that too
   */
  static String log(long seed, int beacon, int number, int text) {
    byte[] own = (seed + "/" + beacon + "/" + number).getBytes(StandardCharsets.UTF_8);
    String unit = UUID.nameUUIDFromBytes(own).toString();
    String error = unit.repeat(text / unit.length() + 1).substring(0, text);
    return "{\"log_id\":\"%d\",\"timestamp\":\"%s\",\"user_id\":\"user-%s\",\"device_id\":\"%s\",\"result\":\"success\",\"method\":\"ecdsa_proof\",\"duration_ms\":%d,\"error\":\"%s\"}"
        .formatted(
            number,
            BEGIN.plusSeconds(number),
            HexFormat.of().toHexDigits((short) (number * 31 + beacon)),
            device(beacon),
            text,
            error);
  }

  /** The device id of a beacon. */
  static String device(int beacon) {
    return "gate-" + beacon;
  }

  /** The beacon with this device id. */
  static int beacon(String device) {
    return Integer.parseInt(device.substring("gate-".length()));
  }
}
