package dev.drover.e2e.replay;

import dev.drover.e2e.harness.Api;
import java.util.Map;

/** What a mall asks of central and reports to it, and what operators see of that. */
final class SyncExchanges {
  private static final String SYNC = "/api/orchestrators/sync/";
  private static final String MALL = "/api/entities/" + CentralExchanges.MALL;
  private static final String HALL = "orchestrator";
  private static final String GATE = "beacon-gate";

  private final Scene scene;

  SyncExchanges(Scene scene) {
    this.scene = scene;
  }

  /** The mall's data. */
  void data() {
    Api.Answer full = scene.ask("syncFull: all", HALL, "GET " + SYNC + "full");
    String tag = full.header("ETag");
    Map<String, String> same = tag == null ? Map.of() : Map.of("If-None-Match", tag);
    scene.ask("syncFull: not changed", HALL, "GET " + SYNC + "full", null, same);
    scene.ask("syncFull: two kinds", HALL, "GET " + SYNC + "full?include=merchants,areas");
    scene.ask("syncFull: no kind", HALL, "GET " + SYNC + "full?include=robots");
    scene.ask("syncFull: a page", HALL, "GET " + SYNC + "full?limit=1&include=areas");
    scene.ask("syncFull: no cursor", HALL, "GET " + SYNC + "full?cursor=nonsense");
    scene.ask(
        "syncFull: of others", "other operator", "GET " + SYNC + "full?entity_id=mall-replay");
    scene.ask("syncDelta: from the start", HALL, "GET " + SYNC + "delta?cursor=0");
    scene.ask("syncDelta: a part", HALL, "GET " + SYNC + "delta?cursor=0&limit=2");
    scene.ask("syncDelta: since", HALL, "GET " + SYNC + "delta?since=2026-01-01T00:00:00Z");
    scene.ask("syncDelta: from nowhere", HALL, "GET " + SYNC + "delta?cursor=999999");
    scene.ask("syncDelta: no cursor", HALL, "GET " + SYNC + "delta?cursor=x");
    scene.ask("syncDelta: nothing said", HALL, "GET " + SYNC + "delta");
    scene.ask("syncChecksum: five", HALL, "GET " + SYNC + "checksum?include=areas");
    scene.ask("syncChecksum: no detail", HALL, "GET " + SYNC + "checksum?detail=all");
    scene.ask("syncItems: a bucket", HALL, "GET " + SYNC + "items?collection=areas&buckets=0,1,2");
    scene.ask("syncItems: no bucket", HALL, "GET " + SYNC + "items?collection=areas&buckets=256");
    scene.ask("syncItems: no kind", HALL, "GET " + SYNC + "items?collection=robots&buckets=1");
    String edits =
        """
        {"changes":[
        {"type":"area","operation":"update","id":"a-3","data":{"id":"a-3","n":1},"base_seq":99},
        {"type":"area","operation":"update","id":"a-1","data":{"id":"a-1","n":2},"base_seq":1},
        {"type":"merchant","operation":"delete","id":"m-1","base_seq":99}]}""";
    scene.ask("syncChanges: one too late", HALL, "POST " + SYNC + "changes", edits);
    scene.ask("syncChanges: none", HALL, "POST " + SYNC + "changes", "{\"changes\":1}");
    String odd = "{\"changes\":[{\"type\":\"robot\",\"operation\":\"update\",\"id\":\"1\"}]}";
    scene.ask("syncChanges: no kind", HALL, "POST " + SYNC + "changes", odd);
  }

  /** Beacons that a mall reports. */
  void beacons() {
    String path = "POST /api/orchestrators/beacons/";
    String device =
        "{\"device_id\":\"gate\",\"device_type\":\"turnstile\",\"firmware_version\":\"1.0.0\"}";
    String id =
        scene
            .ask("registerBeacon: new", HALL, path + "register", device)
            .json()
            .path("beacon_id")
            .asText();
    scene.ask("registerBeacon: known", HALL, path + "register", device);
    scene.ask("registerBeacon: no device", HALL, path + "register", "{\"device_type\":\"x\"}");
    scene.ask("registerBeacon: an app", "app", path + "register", device);
    String well = "{\"beacon_id\":\"" + id + "\",\"status\":\"online\",\"uptime_seconds\":9}";
    scene.ask("beaconHeartbeat: well", HALL, path + "heartbeat", well);
    scene.ask("beaconHeartbeat: unknown", HALL, path + "heartbeat", well.replace(id, GATE));
    scene.ask("beaconHeartbeat: no state", HALL, path + "heartbeat", well.replace("on", "off "));
    String logs =
        "{\"beacon_id\":\"%s\",\"batch_id\":\"b-1\",\"logs\":[{\"log_id\":\"l-1\",".formatted(id)
            + "\"timestamp\":\"2026-01-08T10:30:00Z\",\"result\":\"success\"}]}";
    scene.ask("beaconAccessLogs: new", HALL, path + "access-logs", logs);
    scene.ask("beaconAccessLogs: again", HALL, path + "access-logs", logs);
    scene.ask("beaconAccessLogs: unknown", HALL, path + "access-logs", logs.replace(id, GATE));
    scene.ask("beaconAccessLogs: none", HALL, path + "access-logs", well);
    scene.ask("uploadLogs: again", HALL, "POST /api/orchestrators/logs/upload", logs);
    batches(id, well, logs);
    operators(id);
  }

  private void batches(String id, String well, String logs) {
    String path = "POST /api/orchestrators/uploads";
    String batch =
        """
        {"batch_id":"u-1","items":[
        {"seq":1,"type":"beacon_heartbeat","idempotency_key":"k-1","body":%s},
        {"seq":2,"type":"beacon_heartbeat","idempotency_key":"k-2","body":%s},
        {"seq":3,"type":"access_logs","idempotency_key":"k-3","body":%s},
        {"seq":4,"type":"party","idempotency_key":"k-4","body":{}},
        {"seq":5,"type":"event_ack","idempotency_key":"k-5","body":{"event_id":"evt-1"}},
        {"seq":6,"type":"sync_changes","idempotency_key":"k-6","body":{"changes":[]}},
        {"seq":7,"type":"beacon_register","idempotency_key":"k-7","body":{"device_id":"door"}}]}"""
            .formatted(well, well.replace(id, GATE), logs.replace("l-1", "l-2"));
    scene.ask("uploadBatch: of each kind", HALL, path, batch);
    scene.ask("uploadBatch: repeated", HALL, path, batch.replace("u-1", "u-2"));
    scene.ask("uploadBatch: no items", HALL, path, "{\"batch_id\":\"u-3\"}");
    scene.ask("uploadBatch: an operator", "operator", path, batch);
  }

  private void operators(String id) {
    String op = "operator";
    scene.ask("listAccessLogs: all", op, "GET " + MALL + "/access-logs");
    scene.ask("listAccessLogs: a beacon's", op, "GET " + MALL + "/access-logs?beacon_id=" + id);
    scene.ask("listAccessLogs: no time", op, "GET " + MALL + "/access-logs?since=yesterday");
    scene.ask("listAccessLogs: of others", "other operator", "GET " + MALL + "/access-logs");
    String wish = "{\"beacon_id\":\"%s\",\"since\":\"2026-01-08T00:00:00Z\"}".formatted(id);
    String path = MALL + "/access-log-requests";
    String request =
        scene
            .ask("requestAccessLogs: asked", op, "POST " + path, wish)
            .json()
            .path("request_id")
            .asText();
    scene.ask("requestAccessLogs: unknown", op, "POST " + path, wish.replace(id, GATE));
    scene.ask("requestAccessLogs: no time", op, "POST " + path, "{\"beacon_id\":\"b\"}");
    scene.ask("readAccessLogRequest: open", op, "GET " + path + "/" + request);
    scene.ask("readAccessLogRequest: unknown", op, "GET " + path + "/req-none");
    scene.ask("beaconStatus: all", op, "GET " + MALL + "/beacons/status");
    scene.ask("beaconStatus: of a state", op, "GET " + MALL + "/beacons/status?status=online");
    scene.ask("beaconStatus: no state", op, "GET " + MALL + "/beacons/status?status=glad");
    String beacon = "POST " + MALL + "/beacons/" + id;
    scene.ask("approveBeacon: known", op, beacon + "/approve");
    scene.ask("approveBeacon: unknown", op, "POST " + MALL + "/beacons/" + GATE + "/approve");
    scene.ask("commandBeacon: queued", op, beacon + "/commands", "{\"type\":\"unlock_test\"}");
    scene.ask("commandBeacon: no type", op, beacon + "/commands", "{\"type\":7}");
    scene.ask("commandBeacon: an app", "app", beacon + "/commands", "{\"type\":\"unlock_test\"}");
    String well = "{\"beacon_id\":\"" + id + "\",\"status\":\"online\"}";
    String beat = "POST /api/orchestrators/beacons/heartbeat";
    scene.ask("beaconHeartbeat: with a command", HALL, beat, well);
    scene.ask("revokeBeacon: no reason", op, beacon + "/revoke", "{}");
    scene.ask("revokeBeacon: stolen", op, beacon + "/revoke", "{\"reason\":\"stolen\"}");
    scene.ask("beaconHeartbeat: revoked", HALL, beat, well);
    scene.ask("restoreBeacon: found", op, beacon + "/restore", "{\"reason\":\"found\"}");
    scene.ask("restoreBeacon: unknown", op, beacon.replace(id, GATE) + "/restore");
  }

  /** What nobody can take back: the last exchanges of a central. */
  void keys() {
    scene.ask("listSigningKeys: all", "admin", "GET /api/keys");
    scene.ask("listSigningKeys: an operator", "operator", "GET /api/keys");
    scene.ask("retireSigningKey: unknown", "admin", "POST /api/keys/none/retire", reason());
    scene.ask("rotateSigningKey: no reason", "admin", "POST /api/keys/rotate", "{}");
    scene.ask("rotateSigningKey: an operator", "operator", "POST /api/keys/rotate", reason());
    scene.ask("rotateSigningKey: yearly", "admin", "POST /api/keys/rotate", reason());
    String path = "POST /api/orchestrators/orch-replay";
    scene.ask("revokeOrchestrator: no reason", "operator", path + "/revoke", "{}");
    scene.ask("revokeOrchestrator: lost", "operator", path + "/revoke", reason());
    scene.ask("revokeOrchestrator: unknown", "operator", path + "-x/revoke", reason());
    scene.ask("restoreOrchestrator: found", "operator", path + "/restore");
    scene.ask("restoreOrchestrator: an app", "app", path + "/restore");
    scene.ask("syncChecksum: revoked before", HALL, "GET " + SYNC + "checksum");
    scene.figures("centralHealth: by anyone", "nobody", "GET /health");
  }

  private static String reason() {
    return "{\"reason\":\"for the record\"}";
  }
}
