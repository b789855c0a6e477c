package dev.drover.e2e.harness;

import dev.drover.engine.crypto.FileKeyProvider;
import dev.drover.engine.crypto.Sealer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A mall orchestrator as a real process. */
public final class OrchestratorProcess extends JavaProcess {
  private final String entity;

  private OrchestratorProcess(String name, String entity, Map<String, String> settings) {
    super("orchestrator", name, settings);
    this.entity = entity;
  }

  /** The orchestrator of a mall of this central, with short back-offs. */
  public static OrchestratorProcess of(CentralProcess central, String entity) {
    return of(central, entity, Map.of());
  }

  /** The same with further environment variables. */
  public static OrchestratorProcess of(
      CentralProcess central, String entity, Map<String, String> settings) {
    Map<String, String> all = new HashMap<>();
    all.put("CENTRAL_SERVER_URL", central.url());
    all.put("ENTITY_ID", entity);
    all.put("ORCHESTRATOR_ID", "orch-001");
    all.put("DROVER_GRPC_PORT", String.valueOf(Ports.free()));
    all.put("DROVER_MQTT_PORT", String.valueOf(Ports.free()));
    all.put("DROVER_EVENTS_BACKOFF", "200ms,400ms,1s");
    all.put("DROVER_CENTRAL_BREAKER_PAUSE", "1s");
    all.put("DROVER_EVENTS_ACK_PERIOD", "1000");
    all.put("DROVER_FIRMWARE", HOME.resolve("e2e/target/processes/firmware-" + entity).toString());
    all.putAll(settings);
    return new OrchestratorProcess("orchestrator-" + entity, entity, all);
  }

  /** Its entity. */
  public String entity() {
    return entity;
  }

  /** The data of the events that it applied, in the order in which it committed them. */
  public List<String> applied() {
    Sealer sealer = new Sealer(new FileKeyProvider(data().resolve("keys")).secret("mall-store"));
    List<String> applied = new ArrayList<>();
    try (Connection open = DriverManager.getConnection("jdbc:sqlite:" + data().resolve("mall.db"));
        Statement statement = open.createStatement();
        ResultSet rows =
            statement.executeQuery(
                "SELECT event_key, data FROM applied_events WHERE type = 'data_update'"
                    + " ORDER BY rowid")) {
      while (rows.next()) {
        applied.add(
            new String(
                sealer.open("event", rows.getString(1), rows.getBytes(2)), StandardCharsets.UTF_8));
      }
      return applied;
    } catch (SQLException e) {
      throw new IllegalStateException(e);
    }
  }

  /** The ids of the changes that it applied, in order. */
  public List<String> appliedIds() {
    List<String> ids = new ArrayList<>();
    for (String data : applied()) {
      try {
        Api.JSON.readTree(data).path("changes").forEach(l -> l.forEach(i -> ids.add(i.asText())));
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
    return ids;
  }
}
