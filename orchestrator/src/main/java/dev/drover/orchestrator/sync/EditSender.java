package dev.drover.orchestrator.sync;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.util.RawValue;
import dev.drover.engine.outbox.OutboxSource;
import dev.drover.orchestrator.central.CentralCalls;
import dev.drover.orchestrator.store.Edit;
import dev.drover.orchestrator.store.Edits;
import dev.drover.proto.Json;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.apache.camel.Exchange;

/**
 * The mall's edits on their way to central, in their order, and what central says to each.
 */
public final class EditSender implements OutboxSource {
  /** Exchange property: what central says to one edit: {@code applied}, {@code conflict}, else. */
  public static final String STATUS = "DroverEditStatus";

  private static final String BATCH = "DroverEditBatch";
  private static final String VERDICT = "DroverEditVerdict";
  private static final String KEY = "X-Idempotency-Key";

  private record Verdict(Edit edit, String status, Long seq, String winning, String operation) {}

  private final Edits edits;
  private final EntityView view;
  private final SyncPlan plan;
  private final BooleanSupplier centralIsThere;
  private final String entityId;
  private final Clock clock;
  private volatile Instant notBefore = Instant.MIN;
  private volatile Runnable wake = () -> {};

  /** A sender of these edits. */
  public EditSender(
      Edits edits,
      EntityView view,
      SyncPlan plan,
      BooleanSupplier centralIsThere,
      String entityId,
      Clock clock) {
    this.edits = edits;
    this.view = view;
    this.plan = plan;
    this.centralIsThere = centralIsThere;
    this.entityId = entityId;
    this.clock = clock;
  }

  /** The type of a collection's items on the wire. */
  static String type(String collection) {
    return collection.substring(0, collection.length() - 1);
  }

  /** There is a new edit. */
  void wake() {
    wake.run();
  }

  @Override
  public List<Entry> claim(int max) {
    edits.forget(view.base());
    if (!centralIsThere.getAsBoolean() || clock.instant().isBefore(notBefore)) {
      return List.of();
    }
    return edits
        .next(max)
        .map(batch -> List.of(new Entry(batch.key(), Map.of(KEY, batch.key()), request(batch))))
        .orElse(List.of());
  }

  private String request(Edits.Batch batch) {
    ObjectNode request = Json.MAPPER.createObjectNode();
    request.put("entity_id", entityId);
    ArrayNode changes = request.putArray("changes");
    for (Edit edit : batch.edits()) {
      ObjectNode change = changes.addObject();
      change.put("type", type(edit.collection()));
      change.put("operation", edit.operation());
      change.put("id", edit.itemId());
      if (edit.json() != null) {
        change.putRawValue("data", new RawValue(edit.json()));
      }
      change.put("base_seq", edit.baseSeq());
    }
    return Json.text(request);
  }

  /** Remembers which batch the request carries. */
  public void begin(Exchange exchange) {
    exchange.setProperty(BATCH, exchange.getMessage().getHeader(KEY, String.class));
  }

  /** Central asks for a pause. */
  public void heed(Exchange exchange) {
    CentralCalls.retryAfter(exchange).ifPresent(wait -> notBefore = clock.instant().plus(wait));
  }

  /** Makes the body a list of what central says to each edit of the batch. */
  public void read(Exchange exchange) {
    JsonNode answer = Json.tree(exchange.getMessage().getBody(byte[].class));
    List<Verdict> verdicts = new ArrayList<>();
    for (Edit edit : edits.ofBatch(exchange.getProperty(BATCH, String.class))) {
      for (JsonNode result : answer.path("results")) {
        boolean same =
            result.path("type").asText().equals(type(edit.collection()))
                && result.path("id").asText().equals(edit.itemId());
        if (same) {
          verdicts.add(verdict(edit, result));
          break;
        }
      }
    }
    if (verdicts.isEmpty()) {
      throw new IllegalStateException("central's answer says nothing of the edits");
    }
    exchange.getMessage().setBody(verdicts);
  }

  private static Verdict verdict(Edit edit, JsonNode result) {
    return new Verdict(
        edit,
        result.path("status").asText(),
        result.hasNonNull("seq") ? result.path("seq").asLong() : null,
        result.path("data").isObject() ? result.path("data").toString() : null,
        result.path("operation").asText());
  }

  /** Sets {@link #STATUS} to what central says to the edit in the body. */
  public void take(Exchange exchange) {
    Verdict verdict = exchange.getMessage().getBody(Verdict.class);
    exchange.setProperty(VERDICT, verdict);
    exchange.setProperty(STATUS, verdict.status());
  }

  /** Central has the edit; it is forgotten once the cache has it too. */
  public void applied(Exchange exchange) {
    Verdict verdict = verdict(exchange);
    edits.applied(verdict.edit(), seq(verdict));
    catchUp(verdict);
  }

  /** Another change won: the edit is kept for people, and the cache gets what central has. */
  public void lose(Exchange exchange) {
    Verdict verdict = verdict(exchange);
    edits.lose(verdict.edit(), verdict.winning(), verdict.seq(), null);
    catchUp(verdict);
  }

  /** The edit goes to central again, upon what won against it. */
  public void resubmit(Exchange exchange) {
    Verdict verdict = verdict(exchange);
    Edit edit = verdict.edit();
    boolean gone = verdict.operation().equals("delete");
    String operation = edit.operation().equals("delete") ? "delete" : gone ? "create" : "update";
    edits.resubmit(edit, operation, seq(verdict));
  }

  /** Central says something else to the edit: it is kept for people. */
  public void reject(Exchange exchange) {
    Verdict verdict = verdict(exchange);
    edits.lose(verdict.edit(), null, null, "central answered " + verdict.status());
  }

  /**
   * Central refuses the request: its edits are sent one by one, and one that is refused alone is
   * kept for people, so that the others are not held up.
   */
  public void refused(Exchange exchange) {
    String key = exchange.getProperty(BATCH, String.class);
    List<Edit> batch = edits.ofBatch(key);
    if (batch.size() > 1) {
      edits.sendFirstAlone(key);
      return;
    }
    String error =
        "central answered " + CentralCalls.status(exchange) + " " + CentralCalls.code(exchange);
    batch.forEach(edit -> edits.lose(edit, null, null, error));
  }

  private void catchUp(Verdict verdict) {
    Optional.ofNullable(verdict.seq())
        .filter(seq -> seq > view.base())
        .ifPresent(seq -> plan.wantDelta());
  }

  private static long seq(Verdict verdict) {
    return verdict.seq() == null ? verdict.edit().baseSeq() : verdict.seq();
  }

  private static Verdict verdict(Exchange exchange) {
    return exchange.getProperty(VERDICT, Verdict.class);
  }

  @Override
  public void done(List<Entry> entries) {
    // Each edit was settled by itself.
  }

  @Override
  public void onReady(Runnable newWake) {
    this.wake = newWake;
  }
}
