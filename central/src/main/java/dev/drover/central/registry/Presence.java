package dev.drover.central.registry;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.central.beacon.UploadLedger;
import dev.drover.engine.crypto.Principal;
import dev.drover.engine.events.EventHub;
import dev.drover.engine.events.EventId;
import dev.drover.engine.events.StreamInfo;
import dev.drover.engine.guard.Authoriser;
import dev.drover.engine.guard.Guards;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.report.Fields;
import dev.drover.engine.stream.StreamHeaders;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.HeartbeatResponse;
import dev.drover.proto.navign.OrchestratorState;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.bson.Document;

/** Who is there: streams, heartbeats, and the list of orchestrators that operators see. */
public final class Presence {
  private static final List<String> STATUS = List.of("healthy", "degraded", "unhealthy");

  private final OrchestratorRegistry registry;
  private final EventHub hub;
  private final UploadLedger uploads;
  private final Duration heartbeatInterval;
  private final int missed;
  private final Duration refreshBefore;
  private final Clock clock;

  /**
   * Presence as this central sees it.
   *
   * @param heartbeatInterval the shortest interval that central asks for
   * @param missed after how many missed heartbeats an orchestrator counts as offline
   * @param refreshBefore how long before its end a token should be refreshed
   */
  public Presence(
      OrchestratorRegistry registry,
      EventHub hub,
      UploadLedger uploads,
      Duration heartbeatInterval,
      int missed,
      Duration refreshBefore,
      Clock clock) {
    this.registry = registry;
    this.hub = hub;
    this.uploads = uploads;
    this.heartbeatInterval = heartbeatInterval;
    this.missed = missed;
    this.refreshBefore = refreshBefore;
    this.clock = clock;
  }

  /**
   * Grants the caller its entity's stream: sets key, cursor and attributes, and asks for a resync
   * when the orchestrator was silent for longer than events are kept (document 1, section 7.3).
   */
  public void subscribe(Exchange exchange) {
    Principal caller = Guards.caller(exchange);
    Message message = exchange.getMessage();
    String entityId = exchange.getProperty(Authoriser.ENTITY, String.class);
    Map<String, Object> attributes = new HashMap<>();
    attributes.put("orchestrator_id", caller.subject());
    attributes.put("principal", caller);
    Object sent = message.getHeader("Last-Event-ID");
    Object cursor = sent == null ? message.getHeader("last_event_id") : sent;
    message.setHeader(StreamHeaders.STREAM_CURSOR, cursor);
    registry
        .find(entityId, caller.subject())
        .ifPresent(
            record -> {
              attributes.put("record", record.getString("_id"));
              if (silentTooLong(record, entityId, cursor)) {
                message.setHeader(StreamHeaders.STREAM_RESYNC, "silent_too_long");
              }
            });
    message.setHeader(StreamHeaders.STREAM_KEY, entityId);
    message.setHeader(StreamHeaders.STREAM_ATTRIBUTES, attributes);
  }

  /**
   * Whether a mall was silent for longer than events are kept, and does not come back with the
   * cursor that it got when it was told so.
   */
  private boolean silentTooLong(Document record, String entityId, Object cursor) {
    if (record.getDate("last_seen") == null || !registry.stale(record)) {
      return false;
    }
    Optional<EventId> at = EventId.parse(cursor == null ? null : cursor.toString());
    Optional<EventId> told = registry.toldToResync(record).flatMap(EventId::parse);
    boolean knows =
        at.isPresent()
            && told.isPresent()
            && at.get().epoch().equals(told.get().epoch())
            && at.get().partition() == told.get().partition()
            && at.get().position() >= told.get().position();
    if (!knows) {
      // The stream goes on from here or later.
      registry.tellToResync(record, hub.live(entityId).toString());
    }
    return !knows;
  }

  /** Notes that everyone whose stream this process holds is alive. */
  public void touchConnected() {
    registry.seen(hub.connections());
  }

  /**
   * Refuses a heartbeat that names somebody else, or that comes from nobody who is known. Belongs
   * before the limit: what is refused must not take the place of a right one.
   *
   * @throws ProtocolException ENTITY_FORBIDDEN, FORBIDDEN, AUTH_TOKEN_INVALID
   */
  public void checkSender(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    sender(Guards.caller(exchange), body);
  }

  private Document sender(Principal caller, ObjectNode body) {
    Authoriser.refuseForeign(caller, body.path("entity_id").textValue());
    Authoriser.refuseOtherOrchestrator(caller, body.path("orchestrator_id").textValue());
    return registry
        .find(caller.entityId(), caller.subject())
        .orElseThrow(
            () ->
                new ProtocolException(
                    ErrorCode.AUTH_TOKEN_INVALID, "The token's orchestrator is not known"));
  }

  /**
   * Stores a heartbeat and answers it (document 1, section 7.2).
   *
   * @throws ProtocolException VALIDATION_FAILED, ENTITY_FORBIDDEN, FORBIDDEN, AUTH_TOKEN_INVALID
   */
  public void heartbeat(Exchange exchange) {
    Promises.store(exchange, "orchestrators", () -> storeHeartbeat(exchange));
  }

  private void storeHeartbeat(Exchange exchange) {
    Principal caller = Guards.caller(exchange);
    ObjectNode body = Fields.body(exchange);
    Document record = sender(caller, body);
    String status = body.path("status").asText();
    if (!STATUS.contains(status)) {
      throw new ProtocolException(
          ErrorCode.VALIDATION_FAILED,
          "status must be one of " + STATUS,
          Map.of("field", "status"));
    }
    registry.heartbeat(
        record, new Document("json", body.toString()).append("status", status), missed);
    exchange.getMessage().setBody(answer(caller, record));
  }

  private String answer(Principal caller, Document record) {
    boolean ends = caller.expiresAt().minus(refreshBefore).isBefore(clock.instant());
    return Json.text(
        new HeartbeatResponse(
            true,
            now(),
            Math.max(heartbeatInterval.toSeconds(), record.getInteger("heartbeat_interval", 60)),
            ends ? List.of(new HeartbeatResponse.Command("token_refresh")) : List.of()));
  }

  /** Marks the silent ones offline; the body becomes their number. */
  public void markOffline(Exchange exchange) {
    exchange.getMessage().setBody(registry.markOffline().size());
  }

  /** The orchestrators that the caller may see, with their state and how far they are behind. */
  public void list(Exchange exchange) {
    String entityId = exchange.getProperty(Authoriser.ENTITY, String.class);
    Map<Object, StreamInfo> streams = new HashMap<>();
    hub.connections().forEach(stream -> streams.put(stream.attributes().get("record"), stream));
    List<OrchestratorState> list =
        registry.list(entityId).stream()
            .map(record -> state(record, Optional.ofNullable(streams.get(record.getString("_id")))))
            .toList();
    exchange.getMessage().setBody(Json.text(list));
  }

  private OrchestratorState state(Document record, Optional<StreamInfo> stream) {
    String entityId = record.getString("entity_id");
    String assignedId = record.getString("assigned_id");
    return new OrchestratorState(
        entityId,
        record.getString("orchestrator_id"),
        assignedId,
        record.getString("state"),
        record.getString("version"),
        time(record.getDate("last_seen")),
        time(record.getDate("revoked_at")),
        record.getString("revoked_reason"),
        stream.isPresent(),
        stream.map(StreamInfo::cursor).orElse(null),
        stream.map(StreamInfo::lag).orElse(null),
        uploads.find(entityId, assignedId).map(Presence::uploads).orElse(null));
  }

  /** What central has received of the mall's queue: sent = stored + duplicate + rejected. */
  private static OrchestratorState.Uploads uploads(Document ledger) {
    return new OrchestratorState.Uploads(
        ledger.get("highest_seq", 0L),
        ledger.get("sent", 0L),
        ledger.get("stored", 0L),
        ledger.get("duplicate", 0L),
        ledger.get("rejected", 0L),
        ledger.getList("receipts", Document.class, List.of()).stream()
            .map(
                receipt ->
                    new OrchestratorState.Receipt(
                        receipt.getString("batch_id"),
                        receipt.getLong("from_seq"),
                        receipt.getLong("to_seq"),
                        time(receipt.getDate("at"))))
            .toList());
  }

  private static Instant time(Date date) {
    return date == null ? null : date.toInstant();
  }

  private Instant now() {
    return clock.instant().truncatedTo(ChronoUnit.MILLIS);
  }
}
