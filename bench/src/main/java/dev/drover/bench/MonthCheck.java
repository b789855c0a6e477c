package dev.drover.bench;

import com.fasterxml.jackson.databind.JsonNode;
import dev.drover.engine.crypto.Envelope;
import dev.drover.proto.Json;
import java.security.KeyPair;
import java.util.BitSet;
import java.util.HashSet;
import java.util.Set;
import java.util.function.Supplier;

/**
 * What central finds in a month of access logs: each log once, in the order of its beacon, and with
 * every byte. An item that comes again under its key is a duplicate, as for a real central.
 */
final class MonthCheck {
  private final long seed;
  private final Supplier<KeyPair> key;
  private final BitSet[] seen;
  private final int[] next;
  private final Set<String> keys = new HashSet<>();
  private String fault = "";
  private long logs;
  private long batches;
  private long bytes;
  private long repeated;
  private long doubled;
  private long late;
  private long damaged;

  /**
   * A check that has seen nothing.
   *
   * @param key opens the envelopes
   */
  MonthCheck(long seed, int beacons, Supplier<KeyPair> key) {
    this.seed = seed;
    this.key = key;
    this.seen = new BitSet[beacons];
    for (int i = 0; i < beacons; i++) {
      seen[i] = new BitSet();
    }
    this.next = new int[beacons];
  }

  /** The status of an item. */
  synchronized String take(JsonNode item) {
    if (!keys.add(item.path("idempotency_key").asText())) {
      repeated++;
      return "duplicate";
    }
    if (item.path("type").asText().equals("access_logs")) {
      batches++;
      try {
        open(Json.tree(Envelope.open(item.at("/body/jwe").asText(), key.get())));
      } catch (RuntimeException e) {
        damaged++;
        fault("item " + item.path("seq") + ": " + e);
      }
    }
    notifyAll();
    return "stored";
  }

  private void open(JsonNode batch) {
    if (batch.path("total_logs").asInt(-1) != batch.path("logs").size()) {
      damaged++;
      fault("batch " + batch.path("batch_id") + " has another number of logs than it says");
    }
    for (JsonNode log : batch.path("logs")) {
      logs++;
      bytes += log.toString().length();
      int beacon = MonthLogs.beacon(log.path("device_id").asText());
      int number = log.path("log_id").asInt(-1);
      String whole = MonthLogs.log(seed, beacon, number, log.path("duration_ms").asInt());
      if (!log.toString().equals(whole)) {
        damaged++;
        fault("log " + number + " of beacon " + beacon + " is not what it was");
      }
      if (seen[beacon].get(number)) {
        doubled++;
        fault("log " + number + " of beacon " + beacon + " came again under another key");
      } else if (number != next[beacon]) {
        late++;
        fault("log " + number + " of beacon " + beacon + " instead of " + next[beacon]);
      }
      seen[beacon].set(number);
      next[beacon] = Math.max(next[beacon], number + 1);
    }
  }

  private void fault(String text) {
    fault = fault.isEmpty() ? text : fault;
  }

  /** How many different items came. */
  synchronized long items() {
    return keys.size();
  }

  /** How many logs came, those that came again with them. */
  synchronized long logs() {
    return logs;
  }

  synchronized long batches() {
    return batches;
  }

  /** Bytes of the logs, as JSON. */
  synchronized long bytes() {
    return bytes;
  }

  /** How many items came again under their keys. */
  synchronized long repeated() {
    return repeated;
  }

  /** How many of so many logs of each beacon never came. */
  synchronized long lost(int each) {
    long there = 0;
    for (BitSet one : seen) {
      there += one.cardinality();
    }
    return (long) each * seen.length - there;
  }

  synchronized long doubled() {
    return doubled;
  }

  /** How many logs came in another place than after the one before them. */
  synchronized long outOfOrder() {
    return late;
  }

  synchronized long damaged() {
    return damaged;
  }

  /** The first thing that was wrong; empty for none. */
  synchronized String fault() {
    return fault;
  }
}
