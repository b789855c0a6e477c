package dev.drover.central.sync;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.central.entity.EntityStore;
import dev.drover.central.entity.EntityView;
import dev.drover.central.entity.Roots;
import dev.drover.engine.checksum.Checksums;
import dev.drover.engine.http.BodyStream;
import dev.drover.engine.http.EntityTags;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.navign.SyncChecksumResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Message;

/**
 * How a mall gets exactly what central has (document 1, section 3): all of it, what changed, and
 * the checksums that prove it. Every answer is about one state of the entity and says which.
 */
public final class SyncOperations {
  private static final int DEFAULT_PAGE = 1000;
  private static final int MAX_PAGE = 5000;
  private static final int MAX_FULL_PAGE = 100_000;
  private static final int WORTH_GZIP = 256;
  private static final int ATTEMPTS = 50;

  private final EntityStore store;
  private final SyncTraffic metrics;

  /** Operations on this store. */
  public SyncOperations(EntityStore store, SyncTraffic metrics) {
    this.store = store;
    this.metrics = metrics;
  }

  /** {@code GET sync/full}: a snapshot, streamed; 304 for a caller that has it already. */
  public void full(Exchange exchange) {
    SyncQuery query = SyncQuery.of(exchange);
    Optional<FullPieces.Position> asked = query.text("cursor").map(FullPieces.Position::parse);
    List<String> include = asked.map(page -> ordered(page, query)).orElseGet(query::include);
    boolean audit = query.full();
    int limit = query.limit(MAX_FULL_PAGE).orElse(Integer.MAX_VALUE);
    steady(
        query.entityId(),
        view -> {
          FullPieces.Position from =
              asked.orElse(new FullPieces.Position(view.seq(), include, include.get(0), null));
          long seq = from.seq();
          if (seq > view.seq() || seq < view.forgottenSeq()) {
            throw SyncQuery.behind("This snapshot is not kept");
          }
          return view.rootsBefore(view.changes(seq, view.seq()))
              .map(
                  roots -> {
                    String tag = tag(roots, include, audit, from, limit);
                    exchange.getMessage().setHeader("ETag", tag);
                    if (EntityTags.matches(query.text("If-None-Match").orElse(null), tag)) {
                      notModified(exchange);
                      return true;
                    }
                    ObjectNode head = head(view, "sync-full-" + UUID.randomUUID(), seq);
                    head.put("checksum", roots.global());
                    head.put("checksum_algorithm", Checksums.ALGORITHM);
                    ObjectNode totals = head.putObject("metadata");
                    Checksums.COLLECTIONS.forEach(
                        name -> totals.put("total_" + name, roots.count(name)));
                    stream(
                        exchange,
                        "full",
                        new FullPieces(head, view.snapshot(seq), include, audit, from, limit),
                        query.takesGzip());
                    records(exchange, include.stream().mapToInt(roots::count).sum());
                    return true;
                  });
        });
  }

  /** The order of the first page: another one would leave documents out. */
  private static List<String> ordered(FullPieces.Position page, SyncQuery query) {
    List<String> include = query.include();
    if (query.text("include").isPresent()
        && !Set.copyOf(include).equals(Set.copyOf(page.order()))) {
      throw SyncQuery.invalid("include", "The cursor is of a full sync of " + page.order());
    }
    return page.order();
  }

  private static String tag(
      Roots roots, List<String> include, boolean audit, FullPieces.Position from, int limit) {
    String global = roots.global().substring("sha256:".length());
    String format = audit ? "full" : "compact";
    return "W/\"%s-%s-%s-%s-%d\""
        .formatted(global, String.join(".", include), format, from.text(), limit);
  }

  private static void notModified(Exchange exchange) {
    exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 304);
    exchange.getMessage().setBody(null);
  }

  /**
   * Refuses a query that names no entity, or one that is not there. Belongs before the limit.
   *
   * @throws dev.drover.proto.ProtocolException VALIDATION_FAILED, ENTITY_NOT_FOUND
   */
  public void checkEntity(Exchange exchange) {
    String entityId = SyncQuery.of(exchange).entityId();
    if (store.entity(entityId).isEmpty()) {
      throw new ProtocolException(ErrorCode.ENTITY_NOT_FOUND, "No such entity: " + entityId);
    }
  }

  /** {@code GET sync/delta}: one page of changes after a cursor or a time. */
  public void delta(Exchange exchange) {
    SyncQuery query = SyncQuery.of(exchange);
    int limit = query.limit(MAX_PAGE).orElse(DEFAULT_PAGE);
    Optional<Long> cursor = query.cursor();
    Optional<Instant> since = query.text("since").map(Since::parse);
    EntityView view = store.view(query.entityId());
    long from = cursor.orElseGet(() -> position(view, since));
    if (from > view.seq() || from < view.forgottenSeq()) {
      throw SyncQuery.behind(
          "Central no longer keeps the changes after this cursor; do a full sync");
    }
    DeltaPage page = DeltaPage.read(view, from, limit);
    if (page.small()) {
      whole(exchange, query, "delta", page.pieces(view).next());
    } else {
      stream(exchange, "delta", page.pieces(view), query.takesGzip());
    }
    records(exchange, page.changes().size());
  }

  private static long position(EntityView view, Optional<Instant> since) {
    Instant time =
        since.orElseThrow(
            () ->
                new ProtocolException(
                    ErrorCode.VALIDATION_FAILED,
                    "A delta needs the cursor or the time of the last sync",
                    Map.of("suggested_action", "perform_full_sync")));
    long last = view.lastBefore(time);
    // What the forgotten changes were, and when, nobody knows: the time must be after them.
    if (view.forgottenSeq() > 0 && last == view.forgottenSeq() && !view.kept(time)) {
      throw SyncQuery.behind("The changes since this time are not kept");
    }
    return last;
  }

  /** {@code GET sync/checksum}: the roots; with {@code detail=buckets} what they are made of. */
  public void checksum(Exchange exchange) {
    SyncQuery query = SyncQuery.of(exchange);
    List<String> include = query.include();
    Optional<String> detail = query.text("detail");
    if (detail.isPresent() && !detail.get().equals("buckets")) {
      throw SyncQuery.invalid("detail", "detail is buckets, or left out");
    }
    EntityView view = store.view(query.entityId());
    Map<String, String> checksums = new LinkedHashMap<>();
    Checksums.COLLECTIONS.forEach(name -> checksums.put(name, view.roots().root(name)));
    checksums.put("global", view.roots().global());
    Map<String, List<String>> buckets = new LinkedHashMap<>();
    include.forEach(name -> buckets.put(name, view.roots().buckets(name)));
    SyncChecksumResponse answer =
        new SyncChecksumResponse(
            view.entityId(),
            null,
            view.time(view.seq()).toString(),
            Long.toString(view.seq()),
            Checksums.ALGORITHM,
            checksums,
            detail.isPresent() ? buckets : null);
    whole(exchange, query, "checksum", Json.text(answer));
  }

  /** {@code GET sync/items}: the documents of some buckets, for a mall that differs only there. */
  public void items(Exchange exchange) {
    SyncQuery query = SyncQuery.of(exchange);
    String collection = query.collection();
    List<Integer> numbers = query.buckets();
    EntityView view = store.view(query.entityId());
    ObjectNode head = head(view, null, view.seq());
    head.put("collection", collection);
    records(exchange, numbers.stream().mapToInt(n -> view.bucket(collection, n).size()).sum());
    stream(exchange, "items", new ItemsAnswer(head, view, collection, numbers), query.takesGzip());
  }

  /** Tries again when writers were faster than a reader that needs one state. */
  private void steady(String entityId, Function<EntityView, Optional<Boolean>> reader) {
    for (int attempt = 0; attempt < ATTEMPTS; attempt++) {
      if (reader.apply(store.view(entityId)).isPresent()) {
        return;
      }
    }
    throw new ProtocolException(
        ErrorCode.NETWORK_TIMEOUT, "The entity changes faster than it can be read");
  }

  private static ObjectNode head(EntityView view, String syncId, long seq) {
    ObjectNode head = Json.MAPPER.createObjectNode();
    head.put("entity_id", view.entityId());
    if (syncId != null) {
      head.put("sync_id", syncId);
    }
    head.put("timestamp", view.time(seq).toString());
    head.put("cursor", Long.toString(seq));
    return head;
  }

  private static void records(Exchange exchange, int records) {
    exchange.setProperty(ProtocolLog.RECORDS, records);
  }

  private void whole(Exchange exchange, SyncQuery query, String kind, String json) {
    whole(exchange, query, kind, json.getBytes(StandardCharsets.UTF_8));
  }

  private void whole(Exchange exchange, SyncQuery query, String kind, byte[] bytes) {
    boolean gzip = bytes.length >= WORTH_GZIP && query.takesGzip();
    Message message = exchange.getMessage();
    message.setHeader("Vary", "Accept-Encoding");
    if (!gzip) {
      message.setBody(bytes);
      metrics.sent(kind, bytes.length);
      return;
    }
    stream(exchange, kind, List.of(bytes).iterator(), true);
  }

  private void stream(Exchange exchange, String kind, Iterator<byte[]> pieces, boolean gzip) {
    Message message = exchange.getMessage();
    message.setHeader("Vary", "Accept-Encoding");
    if (gzip) {
      message.setHeader(Exchange.CONTENT_ENCODING, "gzip");
    }
    // A later step would read the whole of it into memory, to be able to read it twice.
    exchange.getExchangeExtension().setStreamCacheDisabled(true);
    message.setBody(new BodyStream(pieces, gzip, bytes -> metrics.sent(kind, bytes)));
  }
}
