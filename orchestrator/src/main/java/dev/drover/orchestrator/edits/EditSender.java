package dev.drover.orchestrator.edits;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.drover.engine.outbox.OutboxSource;
import dev.drover.orchestrator.reads.MallView;
import dev.drover.orchestrator.store.Edits;
import dev.drover.orchestrator.store.MallEdit;
import dev.drover.orchestrator.sync.SyncPlan;
import dev.drover.orchestrator.uplink.UplinkAnswers;
import dev.drover.orchestrator.uplink.UplinkDoor;
import dev.drover.orchestrator.uplink.store.UplinkItem;
import dev.drover.proto.Json;
import dev.drover.proto.RawJson;
import dev.drover.proto.navign.SyncChangesRequest;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * The mall's edits on their way into the uplink, in their order, and what central says to each
 * . An answer may come twice: it counts while its edit waits for it.
 */
public final class EditSender implements OutboxSource {
  /** Exchange property: {@code applied}, {@code conflict} or {@code refused}; absent for none. */
  public static final String STATUS = "DroverEditStatus";

  private static final String VERDICT = "DroverEditVerdict";

  private record Verdict(
      MallEdit edit, String status, Long seq, String winning, String operation, String error) {}

  private final Edits edits;
  private final MallView view;
  private final SyncPlan plan;
  private final String entityId;
  private volatile Runnable wake = () -> {};

  /** A sender of these edits. */
  public EditSender(Edits edits, MallView view, SyncPlan plan, String entityId) {
    this.edits = edits;
    this.view = view;
    this.plan = plan;
    this.entityId = entityId;
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
    return edits.next(max).stream().map(this::entry).toList();
  }

  private Entry entry(MallEdit edit) {
    SyncChangesRequest.Change change =
        new SyncChangesRequest.Change(
            type(edit.collection()),
            edit.operation(),
            edit.itemId(),
            RawJson.of(edit.json()),
            edit.baseSeq());
    SyncChangesRequest request = new SyncChangesRequest(entityId, List.of(change));
    return new Entry(
        edit.attempt(),
        Map.of(
            "X-Idempotency-Key",
            edit.attempt(),
            UplinkDoor.KEY,
            edit.collection() + "/" + edit.itemId()),
        Json.text(request));
  }

  @Override
  public void done(List<Entry> entries) {
    edits.sent(entries.stream().map(Entry::id).toList());
  }

  /** Sets {@link #STATUS} to what central says to an edit that still waits for it. */
  public void take(Exchange exchange) {
    Message answer = exchange.getMessage();
    String type = answer.getHeader(UplinkDoor.TYPE, String.class);
    String item = answer.getHeader(UplinkDoor.KEY, String.class);
    String key = answer.getHeader(UplinkDoor.IDEMPOTENCY_KEY, String.class);
    int slash = item.indexOf('/');
    exchange.removeProperty(STATUS);
    edits
        .waiting(item.substring(0, slash), item.substring(slash + 1))
        .filter(edit -> UplinkItem.idempotencyKey(type, item, edit.attempt()).equals(key))
        .map(edit -> verdict(edit, answer))
        .ifPresent(
            verdict -> {
              exchange.setProperty(VERDICT, verdict);
              exchange.setProperty(STATUS, verdict.status());
            });
  }

  private static Verdict verdict(MallEdit edit, Message answer) {
    String body = answer.getBody(String.class);
    JsonNode result = body == null ? MissingNode.getInstance() : tree(body).at("/results/0");
    String status = result.path("status").asText();
    boolean decided = status.equals("applied") || status.equals("conflict");
    String error =
        answer.getHeader(UplinkAnswers.REASON, "central answered " + status, String.class);
    return new Verdict(
        edit,
        decided ? status : "refused",
        result.hasNonNull("seq") ? result.path("seq").asLong() : null,
        result.path("data").isObject() ? result.path("data").toString() : null,
        result.path("operation").asText(),
        error);
  }

  private static JsonNode tree(String json) {
    return Json.tree(json.getBytes(StandardCharsets.UTF_8));
  }

  /** Central has the edit; it is forgotten once the cache has it too. */
  public void applied(Exchange exchange) {
    Verdict verdict = verdict(exchange);
    edits.applied(verdict.edit(), seq(verdict));
    catchUp(verdict);
    // Another edit of the same item may have waited for this one.
    wake.run();
  }

  /** Another change won: the edit is kept for people, and the cache gets what central has. */
  public void lose(Exchange exchange) {
    Verdict verdict = verdict(exchange);
    edits.lose(verdict.edit(), verdict.winning(), verdict.seq(), null);
    catchUp(verdict);
    wake.run();
  }

  /** The edit goes to central again, upon what won against it. */
  public void resubmit(Exchange exchange) {
    Verdict verdict = verdict(exchange);
    MallEdit edit = verdict.edit();
    boolean gone = verdict.operation().equals("delete");
    String operation = edit.operation().equals("delete") ? "delete" : gone ? "create" : "update";
    edits.resubmit(edit, operation, seq(verdict));
    wake.run();
  }

  /** Central refuses the edit for good: it is kept for people, and holds up no other. */
  public void reject(Exchange exchange) {
    Verdict verdict = verdict(exchange);
    edits.lose(verdict.edit(), null, null, verdict.error());
    wake.run();
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
  public void onReady(Runnable newWake) {
    this.wake = newWake;
  }
}
