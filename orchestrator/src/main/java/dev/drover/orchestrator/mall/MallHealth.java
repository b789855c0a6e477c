package dev.drover.orchestrator.mall;

import dev.drover.engine.health.Problem;
import dev.drover.orchestrator.uplink.store.Ledger;
import dev.drover.orchestrator.uplink.store.UplinkStore;
import dev.drover.proto.Json;
import dev.drover.proto.navign.OrchestratorHealth;
import java.time.Clock;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Health of the mall (document 1, section 10.3; R-38): without its store, its gRPC server or disk
 * space it is unhealthy; without central, or before it has the mall's data, it works on, degraded.
 * {@code not_configured} marks a part that this mall does not have; it counts as well.
 */
public final class MallHealth {
  private static final Logger LOG = LoggerFactory.getLogger(MallHealth.class);

  private static final String HEALTHY = "healthy";
  private static final String DEGRADED = "degraded";
  private static final String UNHEALTHY = "unhealthy";
  private static final Set<String> CRITICAL = Set.of("local_cache", "grpc_server", "disk_space");

  private final MallChecks checks;
  private final UplinkStore uplink;
  private final MallFigures figures;
  private final MallIdentity identity;
  private final Clock clock;

  /** Health of a mall with these checks. */
  public MallHealth(
      MallChecks checks,
      UplinkStore uplink,
      MallFigures figures,
      MallIdentity identity,
      Clock clock) {
    this.checks = checks;
    this.uplink = uplink;
    this.figures = figures;
    this.identity = identity;
    this.clock = clock;
  }

  /** Answers {@code GET /health}: 503 when unhealthy. */
  public void answer(Exchange exchange) {
    MallChecks.Found found = checks.look();
    String status = status(found.words());
    Map<String, Number> metrics = new LinkedHashMap<>();
    metrics.put("connected_robots", 0);
    metrics.put("active_tasks", 0);
    metrics.put("cache_size_mb", figures.cacheSizeMb());
    metrics.put("uptime_seconds", figures.uptimeSeconds());
    count(metrics);
    OrchestratorHealth answer =
        new OrchestratorHealth(
            status,
            found.words(),
            Problem.told(found.problems()),
            metrics,
            clock.instant().truncatedTo(ChronoUnit.MILLIS),
            identity.version(),
            identity.centralUrl());
    exchange
        .getMessage()
        .setHeader(Exchange.HTTP_RESPONSE_CODE, status.equals(UNHEALTHY) ? 503 : 200);
    exchange.getMessage().setBody(Json.text(answer));
  }

  /** What cannot be read is left out: a store that does not work is what health must tell. */
  private void count(Map<String, Number> metrics) {
    try {
      Ledger ledger = uplink.ledger();
      metrics.put("uplink_pending", ledger.pending());
      metrics.put("uplink_parked", ledger.parked());
      metrics.put("uplink_gap", ledger.gap());
    } catch (RuntimeException e) {
      LOG.debug("the ledger cannot be read", e);
    }
  }

  /** The status in one word. */
  public String status() {
    return status(checks.look().words());
  }

  private static String status(Map<String, String> words) {
    if (CRITICAL.stream().anyMatch(check -> words.get(check).equals(UNHEALTHY))) {
      return UNHEALTHY;
    }
    boolean limited = words.containsValue(UNHEALTHY) || words.containsValue(DEGRADED);
    return limited ? DEGRADED : HEALTHY;
  }
}
