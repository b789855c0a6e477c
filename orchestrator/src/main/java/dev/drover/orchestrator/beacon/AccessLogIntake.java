package dev.drover.orchestrator.beacon;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.nimbusds.jose.jwk.ECKey;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyUse;
import dev.drover.engine.crypto.Envelope;
import dev.drover.engine.crypto.Hashes;
import dev.drover.engine.guard.Promises;
import dev.drover.engine.log.ProtocolLog;
import dev.drover.engine.report.AccessLogBatch;
import dev.drover.engine.report.Fields;
import dev.drover.orchestrator.uplink.UplinkDoor;
import dev.drover.proto.ErrorCode;
import dev.drover.proto.Json;
import dev.drover.proto.ProtocolException;
import dev.drover.proto.RawJson;
import dev.drover.proto.navign.AccessLogsRequest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.Exchange;

/**
 * Access logs at their mall (document 1, sections 2.4, 6.3 and 8.3; R-25): taken from beacons,
 * sealed for central, kept for the time that central asks for them again.
 */
public final class AccessLogIntake {
  /** Exchange property: how many entries of the batch the mall does not have. */
  public static final String FRESH = "DroverLogsFresh";

  /** Exchange property: whether a request for logs has another page. */
  public static final String MORE = "DroverLogsMore";

  private static final String BATCH = "DroverLogBatch";
  private static final String REQUEST = "DroverLogRequest";
  private static final String IDEMPOTENCY_KEY = "X-Idempotency-Key";

  /** What a page of an answer has at most, in bytes; a larger entry goes alone. */
  private static final long PAGE_BYTES = 512 << 10;

  /** A request of central, and how far it is answered. */
  private record Request(
      String beaconId, Instant since, String requestId, long after, long upTo, int page) {}

  private final KeptAccessLogs store;
  private final BeaconStore beacons;
  private final Supplier<JWKSet> centralKeys;
  private final String entityId;
  private final Duration kept;
  private final Clock proven;

  /**
   * The access logs of one mall.
   *
   * @param centralKeys the keys that central publishes
   * @param kept how long entries are kept
   * @param proven by which that is counted
   */
  public AccessLogIntake(
      KeptAccessLogs store,
      BeaconStore beacons,
      Supplier<JWKSet> centralKeys,
      String entityId,
      Duration kept,
      Clock proven) {
    this.store = store;
    this.beacons = beacons;
    this.centralKeys = centralKeys;
    this.entityId = entityId;
    this.kept = kept;
    this.proven = proven;
  }

  /** Makes the batch in the body complete, as central is to hear it, and sets {@link #FRESH}. */
  public void prepare(Exchange exchange) {
    ObjectNode body = Fields.body(exchange);
    AccessLogBatch batch = AccessLogBatch.read(body);
    body.put("entity_id", entityId);
    exchange.setProperty(BATCH, batch);
    int fresh = store.fresh(batch.beaconId(), batch.logs());
    exchange.setProperty(FRESH, fresh);
    if (fresh == 0) {
      // it was in the uplink before it was kept
      Promises.store(exchange, "uplink", () -> {});
    }
    exchange.getMessage().setBody(body.toString());
  }

  /**
   * Seals the body so that only central can read it. The same content has the same idempotency key.
   *
   * @throws ProtocolException CACHE_NOT_READY when the mall has never met central
   */
  public void seal(Exchange exchange) {
    byte[] content = exchange.getMessage().getBody(byte[].class);
    String jwe = Envelope.seal(content, recipient());
    String key = HexFormat.of().formatHex(Hashes.sha256(content));
    exchange.getMessage().setHeader(IDEMPOTENCY_KEY, key);
    UplinkDoor.write(exchange, Map.of("jwe", jwe));
  }

  private ECKey recipient() {
    return centralKeys.get().getKeys().stream()
        .filter(key -> KeyUse.ENCRYPTION.equals(key.getKeyUse()))
        .filter(ECKey.class::isInstance)
        .map(ECKey.class::cast)
        .findFirst()
        .orElseThrow(
            () ->
                new ProtocolException(
                    ErrorCode.CACHE_NOT_READY,
                    "The mall has no key of central yet to seal access logs with"));
  }

  /** Keeps the batch and answers it. */
  public void store(Exchange exchange) {
    Promises.store(exchange, "access-logs", () -> keep(exchange));
  }

  private void keep(Exchange exchange) {
    AccessLogBatch batch = exchange.getProperty(BATCH, AccessLogBatch.class);
    int stored = store.store(batch.beaconId(), batch.logs());
    exchange.setProperty(ProtocolLog.RECORDS, stored);
    exchange.getMessage().setBody(Json.text(batch.answer(stored)));
  }

  /**
   * Begins to answer central's event {@code access_log_request} (section 2.4). What comes in
   * meanwhile is not part of it.
   *
   * @throws ProtocolException VALIDATION_FAILED, BEACON_NOT_REGISTERED
   */
  public void request(Exchange exchange) {
    ObjectNode asked = Fields.body(exchange);
    String beaconId = Fields.id(asked, "beacon_id");
    Instant since =
        Fields.time(asked, "since")
            .orElseThrow(() -> Fields.invalid("since", "since says from when on"));
    if (beacons.findBeacon(beaconId).isEmpty()) {
      throw Fields.unknownBeacon(beaconId);
    }
    String requestId = Fields.need(asked, "request_id");
    Request request = new Request(beaconId, since, requestId, 0, store.newest(), 1);
    exchange.setProperty(REQUEST, request);
    exchange.setProperty(BeaconCaller.BEACON_ID, beaconId);
    exchange.setProperty(MORE, true);
  }

  /** Makes the next page of a request the body, and sets {@link #MORE}; the first may be empty. */
  public void nextPage(Exchange exchange, int limit) {
    Request request = exchange.getProperty(REQUEST, Request.class);
    List<KeptAccessLogs.Kept> page =
        store.page(
            request.beaconId(),
            request.since(),
            request.after(),
            request.upTo(),
            limit,
            PAGE_BYTES);
    long last = page.isEmpty() ? request.after() : page.get(page.size() - 1).seq();
    boolean more = store.any(request.beaconId(), request.since(), last, request.upTo());
    AccessLogsRequest body =
        new AccessLogsRequest(
            request.beaconId(),
            entityId,
            request.requestId(),
            request.requestId() + "-" + request.page(),
            request.page(),
            more,
            page.stream().map(log -> RawJson.of(log.json())).toList(),
            page.size());
    exchange.getMessage().setBody(Json.text(body));
    exchange.setProperty(
        REQUEST,
        new Request(
            request.beaconId(),
            request.since(),
            request.requestId(),
            last,
            request.upTo(),
            request.page() + 1));
    exchange.setProperty(MORE, more);
  }

  /** Forgets old entries; the body becomes their number. */
  public void purge(Exchange exchange) {
    exchange.getMessage().setBody(store.purge(proven.instant().minus(kept)));
  }
}
