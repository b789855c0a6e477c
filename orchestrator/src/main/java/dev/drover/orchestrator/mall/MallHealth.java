package dev.drover.orchestrator.mall;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.drover.engine.grpc.GrpcPort;
import dev.drover.engine.health.ClockConditions;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.health.Problem;
import dev.drover.engine.health.Severity;
import dev.drover.orchestrator.cache.CacheState;
import dev.drover.orchestrator.cache.EntityCache;
import dev.drover.orchestrator.central.CentralLink;
import dev.drover.orchestrator.store.MallStore;
import dev.drover.orchestrator.uplink.Ledger;
import dev.drover.orchestrator.uplink.UplinkStore;
import dev.drover.proto.Json;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.apache.camel.Exchange;

/**
 * Health of the mall (document 1, section 10.3; R-38): without its store, its gRPC server or disk
 * space it is unhealthy; without central, or before it has the mall's data, it works on, degraded.
 * {@code not_configured} marks a part that this mall does not have; it counts as well.
 */
public final class MallHealth {
  private static final String HEALTHY = "healthy";
  private static final String DEGRADED = "degraded";
  private static final String UNHEALTHY = "unhealthy";
  private static final Set<String> CRITICAL = Set.of("local_cache", "grpc_server", "disk_space");

  private final CentralLink link;
  private final MallStore store;
  private final EntityCache cache;
  private final Conditions conditions;
  private final UplinkStore uplink;
  private final GrpcPort grpc;
  private final MallFigures figures;
  private final MallIdentity identity;
  private final long minFreeMb;
  private final Clock clock;

  /**
   * Health of these parts.
   *
   * @param minFreeMb the free disk space, in MB, that the mall needs
   */
  public MallHealth(
      CentralLink link,
      MallStore store,
      EntityCache cache,
      Conditions conditions,
      UplinkStore uplink,
      GrpcPort grpc,
      MallFigures figures,
      MallIdentity identity,
      long minFreeMb,
      Clock clock) {
    this.link = link;
    this.store = store;
    this.cache = cache;
    this.conditions = conditions;
    this.uplink = uplink;
    this.grpc = grpc;
    this.figures = figures;
    this.identity = identity;
    this.minFreeMb = minFreeMb;
    this.clock = clock;
  }

  /** Answers {@code GET /health}: 503 when unhealthy. */
  public void answer(Exchange exchange) {
    Map<String, String> checks = checks();
    String status = status(checks);
    ObjectNode answer = Json.MAPPER.createObjectNode();
    answer.put("status", status);
    checks.forEach(answer.putObject("checks")::put);
    List<Problem> problems = conditions.problems();
    if (!problems.isEmpty()) {
      ArrayNode told = answer.putArray("problems");
      problems.forEach(problem -> problem.write(told.addObject()));
    }
    Ledger uplinkLedger = uplink.ledger();
    answer
        .putObject("metrics")
        .put("connected_robots", 0)
        .put("active_tasks", 0)
        .put("cache_size_mb", figures.cacheSizeMb())
        .put("uptime_seconds", figures.uptimeSeconds())
        .put("uplink_pending", uplinkLedger.pending())
        .put("uplink_parked", uplinkLedger.parked())
        .put("uplink_gap", uplinkLedger.gap());
    answer.put("timestamp", clock.instant().truncatedTo(ChronoUnit.MILLIS).toString());
    answer.put("version", identity.version());
    answer.put("server_url", identity.centralUrl());
    exchange
        .getMessage()
        .setHeader(Exchange.HTTP_RESPONSE_CODE, status.equals(UNHEALTHY) ? 503 : 200);
    exchange.getMessage().setBody(answer.toString());
  }

  /** The status in one word. */
  public String status() {
    return status(checks());
  }

  private static String status(Map<String, String> checks) {
    boolean critical = CRITICAL.stream().anyMatch(check -> checks.get(check).equals(UNHEALTHY));
    if (critical) {
      return UNHEALTHY;
    }
    boolean limited = checks.containsValue(UNHEALTHY) || checks.containsValue(DEGRADED);
    return limited ? DEGRADED : HEALTHY;
  }

  private Map<String, String> checks() {
    Map<String, String> checks = new LinkedHashMap<>();
    checks.put("central_server_connection", word(link.connected()));
    checks.put("central_answers", HEALTHY);
    checks.put("local_cache", cacheWord());
    checks.put("data_checksum", HEALTHY);
    checks.put("grpc_server", word(grpc.serving()));
    checks.put("tower_connection", "not_configured");
    checks.put("uplink", uplinkWord());
    checks.put("disk_space", word(figures.diskFreeMb() >= minFreeMb));
    checks.put(ClockConditions.CHECK, HEALTHY);
    checks.replaceAll((check, word) -> worse(word, conditions.worst(check)));
    return checks;
  }

  private static String worse(String word, Optional<Severity> known) {
    if (known.isEmpty() || word.equals(UNHEALTHY)) {
      return word;
    }
    return known.get().word();
  }

  /**
   * A store that does not work is critical; data that is missing is fetched when central is there.
   */
  private String cacheWord() {
    if (!storeWorks()) {
      return UNHEALTHY;
    }
    CacheState state = cache.state();
    return state.ready() && state.damagedBuckets() == 0 ? HEALTHY : DEGRADED;
  }

  /** The mall works on without a sound uplink; people must look at it. */
  private String uplinkWord() {
    if (!uplink.ledger().balanced()) {
      return UNHEALTHY;
    }
    return uplink.nearlyFull() ? DEGRADED : HEALTHY;
  }

  private boolean storeWorks() {
    try {
      store.probe();
      return true;
    } catch (RuntimeException e) {
      return false;
    }
  }

  private static String word(boolean well) {
    return well ? HEALTHY : UNHEALTHY;
  }
}
