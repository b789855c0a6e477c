package dev.drover.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.time.Tick;
import dev.drover.proto.Json;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.UUID;
import java.util.random.RandomGenerator;

/** The people of a mall: how many come to its gates, and what a gate writes down of each. */
final class Visitors {
  private static final int PEOPLE = 5_000;
  private static final int FAILING_PERCENT = 4;
  private static final List<String> REASONS =
      List.of("signature_invalid", "nonce_expired", "access_denied");

  private final double perSecond;
  private final RandomGenerator random;
  private Tick last;
  private double arrived;

  /** So many people a minute. */
  Visitors(int perMinute, RandomGenerator random) {
    this.perSecond = perMinute / 60.0;
    this.random = random;
  }

  /** How many have come since the last call. */
  int until(Tick now) {
    if (last != null) {
      arrived += perSecond * now.since(last).toNanos() / 1e9;
    }
    last = now;
    int people = (int) arrived;
    arrived -= people;
    return people;
  }

  /** What the gate writes down of one of them. */
  ObjectNode log(Instant now) {
    boolean fails = random.nextInt(100) < FAILING_PERCENT;
    int person = random.nextInt(PEOPLE);
    ObjectNode log = Json.MAPPER.createObjectNode();
    log.put("log_id", UUID.randomUUID().toString());
    log.put("timestamp", now.truncatedTo(ChronoUnit.MILLIS).toString());
    log.put("user_id", "user-" + person);
    log.put("device_id", "mobile-" + Integer.toHexString(person));
    log.put("result", fails ? "failed" : "success");
    log.put("method", "ecdsa_proof");
    if (fails) {
      log.put("error", REASONS.get(random.nextInt(REASONS.size())));
    }
    log.put("duration_ms", fails ? 30 + random.nextInt(60) : 90 + random.nextInt(160));
    return log;
  }
}
