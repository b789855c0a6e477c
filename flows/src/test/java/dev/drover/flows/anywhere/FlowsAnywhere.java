package dev.drover.flows.anywhere;

import com.nimbusds.jose.jwk.JWKSet;
import dev.drover.engine.beans.FlowBeans;
import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Grant;
import dev.drover.engine.crypto.Jwks;
import dev.drover.engine.crypto.Role;
import dev.drover.engine.crypto.TokenIssuer;
import dev.drover.engine.crypto.TokenVerifier;
import dev.drover.engine.health.Conditions;
import dev.drover.engine.log.ProtocolLog;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPublicKey;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Flow files that together use what flows use: Kamelets, an allow-listed error configuration,
 * redelivery, choices, splits, filters, placeholders, an outbox. Their guards are the real ones,
 * what would be stored is written into a notebook.
 */
public final class FlowsAnywhere {
  private static final List<String> FILES =
      List.of(
          "routes/shared/00-errors",
          "routes/central/00-errors",
          "routes/central/06-event-relay",
          "routes/central/13-sync-changes",
          "routes/orchestrator/03-event-handlers",
          "routes/orchestrator/06-event-acks",
          "routes/orchestrator/14-edge-edits",
          "routes/orchestrator/18-revocation");

  private final Clock clock = Clock.fixed(Instant.parse("2026-01-02T03:04:05Z"), ZoneOffset.UTC);
  private final Notebook notebook = new Notebook();
  private final FlowBeans guards;
  private final TokenIssuer issuer;

  /** Makes what the flows name, without a framework. */
  public FlowsAnywhere(Path home) throws IOException {
    KeyPair key = new FileKeyProvider(Files.createTempDirectory("keys")).signing("token");
    this.issuer = new TokenIssuer(key, clock);
    JWKSet keys = Jwks.of(List.of((ECPublicKey) key.getPublic()));
    this.guards = new FlowBeans(new TokenVerifier(() -> keys, clock), home, clock);
  }

  /** The settings of any runtime: which files it loads, and what they leave open. */
  public static Map<String, String> settings(Path home) {
    Map<String, String> settings = new LinkedHashMap<>();
    settings.put("drover.home", home.toString());
    settings.put("drover.entity-id", "mall-1");
    settings.put("drover.sync.conflict-policy", "central-wins");
    settings.put("drover.sync.edit-period", "20");
    settings.put("drover.events.ack-period", "20");
    settings.put("drover.events.topic", "drover.events");
    settings.put("drover.events.relay-period", "20");
    settings.put("drover.kafka.brokers", "127.0.0.1:9092");
    settings.put("drover.events.retry-delay", "1");
    settings.put("camel.main.name", "anywhere");
    // the stand-in for Kafka has none of the options of the component
    settings.put("camel.main.autowired-enabled", "false");
    settings.put(
        "camel.main.routes-include-pattern",
        FILES.stream()
            .map(file -> "file:" + home.resolve(file + ".camel.yaml"))
            .collect(Collectors.joining(",", "", ",classpath:anywhere/others.camel.yaml")));
    settings.put("camel.component.kamelet.location", "file:" + home.resolve("kamelets"));
    settings.put("camel.component.kamelet.no-error-handler", "true");
    return settings;
  }

  /** The beans that the flows name. */
  public Map<String, Object> beans() {
    Map<String, Object> beans = new LinkedHashMap<>(guards.byName());
    beans.put("protocolLog", new ProtocolLog());
    beans.put("conditions", new Conditions(clock));
    beans.putAll(StandIns.byName(notebook));
    return beans;
  }

  /** What the stores would have been told. */
  Notebook notebook() {
    return notebook;
  }

  /** An {@code Authorization} of this role for mall-1. */
  String authorization(Role role) {
    Grant grant = new Grant("someone", role, "mall-1");
    return "Bearer " + issuer.issue(grant, Duration.ofHours(1)).value();
  }
}
