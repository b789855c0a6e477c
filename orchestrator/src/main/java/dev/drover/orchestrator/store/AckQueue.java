package dev.drover.orchestrator.store;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.outbox.OutboxSource;
import dev.drover.proto.Json;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.function.BooleanSupplier;

/**
 * Acknowledgements on their way to central: queued in the mall's store, sent together while
 * central is there, forgotten only when it has answered.
 */
public final class AckQueue implements OutboxSource {
  private record Ack(String eventId, String status, String detail) {}

  private final Database database;
  private final BooleanSupplier centralIsThere;
  private final Clock clock;
  private volatile Runnable wake = () -> {};

  /** The queue in this store; events that were handled but never acknowledged are queued again. */
  public AckQueue(MallStore store, BooleanSupplier centralIsThere, Clock clock) {
    this.database = store.database();
    this.centralIsThere = centralIsThere;
    this.clock = clock;
    database.update(
        "INSERT INTO acks (event_id, status, detail, queued_at) SELECT event_id, status,"
            + " detail, ? FROM applied_events WHERE acked = 0 AND event_id <> '' ON CONFLICT"
            + " (event_id) DO NOTHING",
        clock.millis());
  }

  /** Queues the acknowledgement of a handled event with the status that was stored for it. */
  public void add(MallEvent event) {
    if (event.id().isEmpty()) {
      return;
    }
    database.update(
        "INSERT INTO acks (event_id, status, detail, queued_at) SELECT ?, status, detail,"
            + " ? FROM applied_events WHERE event_key = ? ON CONFLICT (event_id) DO NOTHING",
        event.id(),
        clock.millis(),
        event.key());
    wake.run();
  }

  /** How many acknowledgements wait. */
  public long pending() {
    return database.first(row -> row.getLong(1), "SELECT count(*) FROM acks").orElse(0L);
  }

  @Override
  public List<Entry> claim(int max) {
    if (!centralIsThere.getAsBoolean()) {
      return List.of();
    }
    List<Ack> acks =
        database.query(
            row -> new Ack(row.getString(1), row.getString(2), row.getString(3)),
            "SELECT event_id, status, detail FROM acks ORDER BY queued_at, event_id LIMIT ?",
            max);
    Map<Ack, List<String>> groups = new LinkedHashMap<>();
    for (Ack ack : acks) {
      groups
          .computeIfAbsent(new Ack("", ack.status(), ack.detail()), group -> new ArrayList<>())
          .add(ack.eventId());
    }
    List<Entry> entries = new ArrayList<>();
    groups.forEach((group, ids) -> entries.add(entry(group, ids)));
    return entries;
  }

  private static Entry entry(Ack group, List<String> ids) {
    ObjectNode body = Json.MAPPER.createObjectNode();
    ids.forEach(body.putArray("event_ids")::add);
    body.put("status", group.status());
    if (group.detail() != null) {
      body.put("detail", group.detail());
    }
    String text = body.toString();
    // The same acknowledgements have the same key, however often they are sent.
    String key = UUID.nameUUIDFromBytes(text.getBytes(StandardCharsets.UTF_8)).toString();
    return new Entry(String.join("\n", ids), Map.of("X-Idempotency-Key", key), text);
  }

  @Override
  public void done(List<Entry> entries) {
    database.transaction(
        open -> {
          for (Entry entry : entries) {
            for (String id : entry.id().split("\n")) {
              Database.update(open, "DELETE FROM acks WHERE event_id = ?", id);
              Database.update(open, "UPDATE applied_events SET acked = 1 WHERE event_id = ?", id);
            }
          }
          return null;
        });
  }

  @Override
  public void onReady(Runnable newWake) {
    this.wake = newWake;
  }
}
