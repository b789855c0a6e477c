package dev.drover.central.events;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.mongodb.client.MongoCollection;
import com.mongodb.client.MongoDatabase;
import com.mongodb.client.model.BulkWriteOptions;
import com.mongodb.client.model.Filters;
import com.mongodb.client.model.Indexes;
import com.mongodb.client.model.ReplaceOneModel;
import com.mongodb.client.model.ReplaceOptions;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.events.CursorExpiredException;
import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.EventId;
import dev.drover.engine.events.EventLogReader;
import dev.drover.engine.events.LogEvent;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.report.Fields;
import dev.drover.engine.time.Tick;
import dev.drover.engine.time.Ticker;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.EventAckResponse;
import java.time.Clock;
import java.time.Duration;
import java.util.Date;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;
import org.bson.Document;

/**
 * What orchestrators say they did with events (document 1, sections 2.1 and 2.5; R-09). Only ids of
 * events that the log holds for the caller's own entity count; every other one is unknown.
 */
public final class Acknowledgements {
  private static final List<String> STATUS = List.of("applied", "failed", "ignored");
  private static final int MAX_IDS = 1000;
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final MongoCollection<Document> acks;
  private final EventHub hub;
  private final Duration kept;
  private final Clock clock;
  private final Ticker ticker;

  /**
   * Acknowledgements in the collection {@code event_acks}.
   *
   * @param kept how long they are kept: as long as the events
   */
  public Acknowledgements(
      MongoDatabase database, EventHub hub, Duration kept, Clock clock, Ticker ticker) {
    this.kept = kept;
    this.acks = database.getCollection("event_acks");
    this.hub = hub;
    this.clock = clock;
    this.ticker = ticker;
    acks.createIndex(Indexes.ascending("expires_at"));
  }

  /**
   * Stores an acknowledgement and answers {@code {acknowledged, unknown}}.
   *
   * @throws ProtocolException VALIDATION_FAILED for no ids, too many, or another status
   */
  public void acknowledge(Exchange exchange) {
    Promises.store(exchange, "acknowledgements", () -> storeAndAnswer(exchange));
  }

  private void storeAndAnswer(Exchange exchange) {
    Principal caller = Guards.caller(exchange);
    ObjectNode body = Fields.body(exchange);
    Set<String> ids = ids(body);
    String status = body.path("status").asText("applied");
    if (!STATUS.contains(status)) {
      throw invalid("status", "status must be one of " + STATUS);
    }
    Set<String> known = known(caller.entityId(), ids);
    store(caller, known, status, body.path("detail").asText(null));
    List<String> unknown = ids.stream().filter(id -> !known.contains(id)).toList();
    exchange.getMessage().setBody(Json.text(new EventAckResponse(known.size(), unknown)));
  }

  private static Set<String> ids(ObjectNode body) {
    Set<String> ids = new LinkedHashSet<>();
    body.path("event_ids").forEach(id -> ids.add(id.asText()));
    JsonNode one = body.path("event_id");
    if (one.isTextual()) {
      ids.add(one.textValue());
    }
    if (ids.isEmpty() || ids.size() > MAX_IDS) {
      throw invalid("event_ids", "event_ids must name 1 to " + MAX_IDS + " events");
    }
    return ids;
  }

  private static ProtocolException invalid(String field, String message) {
    return new ProtocolException(ErrorCode.VALIDATION_FAILED, message, Map.of("field", field));
  }

  private Set<String> known(String entityId, Set<String> texts) {
    EventId live = hub.live(entityId);
    Set<String> known = new HashSet<>();
    Set<Long> older = new HashSet<>();
    for (String text : texts) {
      Optional<EventId> parsed =
          EventId.parse(text)
              .filter(id -> id.epoch().equals(live.epoch()) && id.partition() == live.partition())
              .filter(id -> id.position() > 0 && id.position() <= live.position());
      if (parsed.isPresent()) {
        Optional<LogEvent> event = hub.recent(parsed.get());
        if (event.isEmpty()) {
          older.add(parsed.get().position());
        } else if (event.get().key().equals(entityId)) {
          known.add(text);
        }
      }
    }
    for (LogEvent event : read(live, older)) {
      if (event.key().equals(entityId) && older.contains(event.id().position())) {
        known.add(event.id().toString());
      }
    }
    return known;
  }

  private Set<LogEvent> read(EventId live, Set<Long> positions) {
    Set<LogEvent> events = new HashSet<>();
    int partition = live.partition();
    if (!positions.isEmpty()) {
      long beginning = hub.log().beginning(partition);
      positions.removeIf(position -> position <= beginning);
    }
    if (positions.isEmpty()) {
      return events;
    }
    long from = positions.stream().mapToLong(Long::longValue).min().getAsLong() - 1;
    long to = positions.stream().mapToLong(Long::longValue).max().getAsLong();
    Tick deadline = ticker.now().plus(PATIENCE);
    try (EventLogReader reader = hub.log().open(live.epoch(), Map.of(partition, from))) {
      while (reader.position(partition) < to && ticker.now().isBefore(deadline)) {
        events.addAll(reader.poll(Duration.ofMillis(200)));
      }
    } catch (CursorExpiredException e) {
      // Deleted while we read: what is gone is unknown.
    }
    return events;
  }

  private void store(Principal caller, Set<String> ids, String status, String detail) {
    if (ids.isEmpty()) {
      return;
    }
    Date now = Date.from(clock.instant());
    Date expires = Date.from(clock.instant().plus(kept));
    Map<String, ReplaceOneModel<Document>> writes = new HashMap<>();
    for (String id : ids) {
      String key = caller.entityId() + "/" + caller.subject() + "/" + id;
      Document ack =
          new Document("_id", key)
              .append("entity_id", caller.entityId())
              .append("subject", caller.subject())
              .append("event_id", id)
              .append("status", status)
              .append("detail", detail)
              .append("at", now)
              .append("expires_at", expires);
      writes.put(
          key,
          new ReplaceOneModel<>(Filters.eq("_id", key), ack, new ReplaceOptions().upsert(true)));
    }
    acks.bulkWrite(List.copyOf(writes.values()), new BulkWriteOptions().ordered(false));
  }
}
